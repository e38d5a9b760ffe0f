//! What the authority says about itself to anybody: endpoints, issuer, keys.

use axum::extract::{Path, RawQuery};
use axum::response::Response;
use serde_json::{Value, json};

use super::endpoints::tenant;
use super::error::AuthorityError;
use super::form::Form;
use super::{mint, token};
use crate::fake::{RequestInfo, Tenant, TenantKind, World, respond};

const HOST: &str = "login.microsoftonline.com";

/// `/{tenant}/v2.0/.well-known/openid-configuration`.
pub(super) async fn configuration(
    world: World,
    info: RequestInfo,
    Path(name): Path<String>,
) -> Response {
    let found =
        world.with(|state| tenant(state, &name).and_then(|owner| at_host(owner, &info.host)));
    match found {
        Ok(owner) => respond::noted(
            respond::json(200, &document(&owner, &info.host)),
            Some(owner.id),
            "openid-configuration",
        ),
        // Discovery says `invalid_tenant` where the token endpoint says `invalid_request`.
        Err(error) => respond::oauth_error(
            &info,
            error.status(),
            "invalid_tenant",
            error.number(),
            error.message(),
        ),
    }
}

/// Customers' tenants answer at their own host too, under their own name only.
fn at_host(owner: Tenant, host: &str) -> Result<Tenant, AuthorityError> {
    let Some(label) = host.strip_suffix(".ciamlogin.com") else {
        return Ok(owner);
    };
    let own = label.eq_ignore_ascii_case(owner.label()) || label.parse() == Ok(owner.id);
    if owner.kind == TenantKind::ExternalId && own {
        Ok(owner)
    } else {
        Err(AuthorityError::tenant_not_found(&owner.id.to_string()))
    }
}

fn document(owner: &Tenant, host: &str) -> Value {
    let id = owner.id;
    let own_host = host.ends_with(".ciamlogin.com");
    // Unverified: the issuer of an External ID tenant; a client must read it here and not build it.
    let issuer = if own_host {
        format!("https://{id}.ciamlogin.com/{id}/v2.0")
    } else {
        mint::issuer(id)
    };
    let at = if own_host { host } else { HOST };
    let base = format!("https://{at}/{id}");
    json!({
        "token_endpoint": format!("{base}/oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{base}/discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["HS256"],
        "response_types_supported": ["code"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": issuer,
        "request_uri_parameter_supported": false,
        "userinfo_endpoint": "https://graph.microsoft.com/oidc/userinfo",
        "authorization_endpoint": format!("{base}/oauth2/v2.0/authorize"),
        "device_authorization_endpoint": format!("{base}/oauth2/v2.0/devicecode"),
        "end_session_endpoint": format!("{base}/oauth2/v2.0/logout"),
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "tid", "oid", "ver"],
        "tenant_region_scope": "NA",
        "cloud_instance_name": "microsoftonline.com",
        "msgraph_host": "graph.microsoft.com",
    })
}

/// `/{tenant}/discovery/v2.0/keys`: the World's key has a name and no public half.
pub(super) async fn keys(world: World, info: RequestInfo, Path(name): Path<String>) -> Response {
    let found = world.with(|state| tenant(state, &name).map(|_| token::key_id(state.seed())));
    match found {
        Ok(kid) => respond::json(
            200,
            &json!({ "keys": [{ "kty": "oct", "use": "sig", "alg": "HS256", "kid": kid }] }),
        ),
        Err(error) => error.response(&info),
    }
}

/// `/common/discovery/instance`, by which Microsoft's own libraries make sure of an authority.
pub(super) async fn instance(info: RequestInfo, RawQuery(query): RawQuery) -> Response {
    let form = Form::parse(query.unwrap_or_default().as_bytes());
    let endpoint = match form.need("authorization_endpoint") {
        Ok(endpoint) => endpoint,
        Err(error) => return error.response(&info),
    };
    let parsed = url::Url::parse(endpoint).ok();
    let tenant = parsed
        .as_ref()
        .and_then(|url| url.path_segments()?.next())
        .unwrap_or("common");
    respond::json(
        200,
        &json!({
            "tenant_discovery_endpoint":
                format!("https://{HOST}/{tenant}/v2.0/.well-known/openid-configuration"),
            "api-version": "1.1",
            "metadata": [{
                "preferred_network": HOST,
                "preferred_cache": "login.windows.net",
                "aliases": [HOST, "login.windows.net", "login.microsoft.com", "sts.windows.net"],
            }],
        }),
    )
}
