#![doc = include_str!("../README.md")]

#[macro_use]
mod macros;

mod applications;
mod audit_logs;
mod authentication;
mod batch;
mod branding;
mod client;
mod conditional_access;
mod deleted_items;
mod delta;
mod directory_object;
mod directory_objects;
mod domains;
#[cfg(feature = "fake")]
pub mod fake;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod groups;
mod invitations;
mod keys;
mod named_locations;
mod organization;
pub mod pacing;
mod permission_grants;
mod permissions;
mod policies;
mod query;
mod references;
mod roles;
mod service_principals;
mod settled;
mod subscribed_skus;
mod upserted;
mod users;

pub use applications::{
    Api, AppRole, Application, Applications, FederatedCredential, FederatedCredentials,
    ImplicitGrant, KeyCredential, KeyCredentials, OptionalClaim, OptionalClaims,
    PasswordCredential, PermissionScope, PreAuthorizedApplication, PublicClient,
    RequiredResourceAccess, ResourceAccess, SignInAudience, Spa, Web,
};
pub use audit_logs::{
    AuditApp, AuditInitiator, AuditLogs, AuditTarget, AuditUser, DirectoryAudit, SignIn,
    SignInStatus,
};
pub use authentication::{
    AuthenticationMethod, EmailMethods, MethodOperation, MethodOperationStatus, PASSWORD_METHOD,
    PasswordMethods, PasswordReset, PhoneMethods, PhoneType, RegisteredMethod, RegisteredMethods,
    TemporaryAccessPass, TemporaryAccessPasses, UserAuthentication,
};
pub use batch::{Batch, BatchAnswers, BatchId};
pub use branding::{Branding, BrandingImage, Brandings, DEFAULT_BRANDING, Image};
pub use client::{GraphClient, GraphClientOptions};
pub use conditional_access::{
    ConditionApplications, ConditionUsers, ConditionalAccess, ConditionalAccessPolicy,
    ConditionalAccessState, Conditions, GrantControls,
};
pub use deleted_items::DeletedItems;
pub use delta::{Change, Changes, Delta, DeltaLink, Deltas};
pub use directory_object::DirectoryObject;
pub use directory_objects::DirectoryObjects;
pub use domains::{DomainRecord, Domains};
pub use groups::{Group, Groups, Members};
pub use invitations::{Invitation, InvitationMessage, Invitations};
pub use keys::{ApplicationKey, GroupKey, ServicePrincipalKey, UserKey};
pub use named_locations::{CountryLookup, IpRange, NamedLocation, NamedLocations};
pub use organization::{
    Domain, Organization, Organizations, PrivacyProfile, TenantType, VerifiedDomain,
};
pub use permission_grants::{ConsentType, PermissionGrant, PermissionGrants};
pub use permissions::{DelegatedPermission, MICROSOFT_GRAPH, OFFLINE_ACCESS, OPENID, USER_READ};
pub use policies::{
    AuthenticationMethodsPolicy, AuthorizationPolicy, B2bSetting, CampaignTarget,
    CrossTenantDefault, DefaultUserPermissions, EmailMethod, EmailOtpForExternal, InvitesFrom,
    KeyRestrictions, MethodConfiguration, MethodState, MethodTarget, Policies,
    RegistrationCampaign, RegistrationEnforcement, SecurityDefaults, SignInMethod,
    TargetConfiguration,
};
pub use query::{Filter, ListQuery, Search};
pub use references::{Memberships, Owners};
pub use rhc_core::{
    Answer, AppId, Ceiling, Claims, ClientOptions, Clock, Cloud, CredentialFactory, Error,
    ErrorKind, Method, ObjectId, Pacer, Page, Pages, Path, Request, Result, RetryOptions,
    Sensitive, Service, TenantId,
};
pub use roles::{GLOBAL_ADMINISTRATOR, RoleAssignment, RoleDefinition, Roles};
pub use service_principals::{
    AppRoleAssignment, AppRoleAssignments, HeldAppRoles, ServicePrincipal, ServicePrincipals,
};
pub use settled::Settling;
pub use subscribed_skus::{
    CapabilityStatus, ENTRA_ID_P1, ENTRA_ID_P2, LicenseUnitsDetail, ServicePlanInfo, SubscribedSku,
    SubscribedSkus,
};
pub use upserted::Upserted;
pub use users::{ObjectIdentity, PasswordProfile, User, Users};
