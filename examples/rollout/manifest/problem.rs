//! Why an environment file is refused, for a terminal (`miette`) and for a pipe (one line each).

use std::fmt;
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource, Report, SourceCode};

/// The rules that an environment file can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Rule {
    /// The text is not TOML (a key given twice included).
    Syntax,
    /// A password, a key or another secret stands in the file.
    NoSecrets,
    /// A key that means nothing here.
    UnknownKey,
    /// A key that must be there is not.
    MissingKey,
    /// A text where a number is wanted, and the like.
    WrongType,
    /// A value outside a closed list.
    UnknownValue,
    /// A number that is too small or too large.
    OutOfRange,
    /// A `format` that this version does not know.
    Format,
    /// A short name that cannot be part of other names.
    ShortName,
    /// A region that is not written as Azure writes it.
    Region,
    /// A key of a tenant, subscription, subnet, app … that the file does not have.
    Reference,
    /// Something that is not a GUID.
    Guid,
    /// Something that is not a domain.
    Domain,
    /// An initial domain that Microsoft does not accept.
    InitialDomain,
    /// A tenant that cannot come into being in the way the file says.
    MadeBy,
    /// Too few native administrators, or no emergency account.
    NativeAdministrators,
    /// A country code that does not exist.
    Country,
    /// A place for data at rest that is not one of Microsoft's geographies.
    Geography,
    /// An External ID tenant that is to host resources or own a subscription.
    ExternalIdHost,
    /// A tenant of the wrong kind for what it is named for.
    TenantKind,
    /// A billing account without the rest of its scope.
    BillingScope,
    /// Something protected that would be written.
    Protected,
    /// A name that its service does not accept.
    Name,
    /// A name that is there twice where it must be unique.
    Duplicate,
    /// Something that is not an IPv4 network or address.
    Address,
    /// Networks that overlap.
    Overlap,
    /// A subnet outside its network.
    OutsideNetwork,
    /// A subnet that is too small for its use.
    SubnetSize,
    /// A range that Container Apps keeps for itself.
    ReservedRange,
    /// A subnet that is used for something that it is not for, or lacks what its use needs.
    SubnetUse,
    /// A database role that is not one of the fixed ones.
    DatabaseRole,
    /// A retention that Log Analytics does not offer.
    Retention,
    /// Too little or too much audit.
    Audit,
    /// A host name that is not one label below the zone.
    Hostname,
    /// A way to sign in other than e-mail and password.
    IdentityProvider,
    /// Sign-up for everybody.
    SignUp,
    /// Second factors that cannot work.
    SecondFactor,
    /// Cores, memory or replicas that Container Apps does not offer.
    Resources,
    /// An image reference that is none.
    Image,
    /// Something that is not `owner/name`, or a branch or environment that GitHub does not accept.
    Repository,
    /// An e-mail address that is none.
    Email,
    /// A path, a date, a colour or a role that is none, or a text that is empty or too long.
    Text,
    /// A tier below what the posture rules ask for, without a reason.
    Waiver,
}

impl Rule {
    /// The rule's name in diagnostics: `manifest::initial-domain`.
    pub fn code(self) -> String {
        let mut code = String::from("manifest::");
        for (index, letter) in format!("{self:?}").char_indices() {
            if letter.is_ascii_uppercase() && index > 0 {
                code.push('-');
            }
            code.push(letter.to_ascii_lowercase());
        }
        code
    }

    /// The page that says so, where a platform makes the rule and not this program.
    pub fn page(self) -> Option<&'static str> {
        Some(match self {
            Self::InitialDomain => {
                "https://learn.microsoft.com/azure/templates/microsoft.azureactivedirectory/ciamdirectories"
            }
            Self::Country => {
                "https://learn.microsoft.com/entra/external-id/customers/how-to-create-external-tenant-portal"
            }
            Self::ExternalIdHost => {
                "https://learn.microsoft.com/entra/external-id/external-identities-pricing"
            }
            Self::TenantKind => {
                "https://learn.microsoft.com/entra/external-id/customers/concept-supported-features-customers"
            }
            Self::BillingScope => {
                "https://learn.microsoft.com/azure/cost-management-billing/manage/programmatically-create-subscription-microsoft-customer-agreement"
            }
            Self::Name => {
                "https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules"
            }
            Self::SubnetSize => "https://learn.microsoft.com/azure/container-apps/networking",
            Self::ReservedRange => {
                "https://learn.microsoft.com/azure/container-apps/custom-virtual-networks"
            }
            Self::DatabaseRole => {
                "https://learn.microsoft.com/sql/relational-databases/security/authentication-access/database-level-roles"
            }
            Self::Retention => {
                "https://learn.microsoft.com/azure/azure-monitor/logs/data-retention-configure"
            }
            Self::Hostname => {
                "https://learn.microsoft.com/azure/container-apps/custom-domains-managed-certificates"
            }
            Self::IdentityProvider => {
                "https://learn.microsoft.com/entra/external-id/customers/concept-authentication-methods-customers"
            }
            Self::SignUp => {
                "https://learn.microsoft.com/entra/external-id/customers/how-to-disable-sign-up-user-flow"
            }
            Self::SecondFactor => {
                "https://learn.microsoft.com/entra/external-id/customers/concept-multifactor-authentication-customers"
            }
            _ => return None,
        })
    }
}

/// A problem before its place in the text is counted out in lines.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    pub(super) rule: Rule,
    pub(super) span: Range<usize>,
    pub(super) path: String,
    /// Whether `span` covers a value that is worth showing.
    pub(super) shows_value: bool,
    pub(super) message: String,
    pub(super) help: String,
}

/// One reason why a file is refused.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The rule that is broken.
    pub rule: Rule,
    /// Name of the file.
    pub file: String,
    /// Line, counted from one.
    pub line: usize,
    /// Column, counted from one in characters.
    pub column: usize,
    /// Path of the key, such as `tenants.qa.domain`; empty where the text is not TOML.
    pub path: String,
    /// The offending value as it stands in the file. Never a secret.
    pub value: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What is expected, and what to do.
    pub help: String,
    span: Range<usize>,
    source: Arc<NamedSource<String>>,
}

impl Problem {
    fn locate(finding: Finding, file: &str, source: &Arc<NamedSource<String>>) -> Self {
        let text = source.inner();
        let start = floor_boundary(text, finding.span.start);
        let end = floor_boundary(text, finding.span.end).max(start);
        let before = text.get(..start).unwrap_or_default();
        let mut help = finding.help;
        // Some say it in their own words.
        if let Some(page) = finding.rule.page().filter(|_| !help.contains("https://")) {
            help.push_str(&format!(" ({page})"));
        }
        let value = finding
            .shows_value
            .then(|| shorten(text.get(start..end).unwrap_or_default()));
        Self {
            rule: finding.rule,
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before
                .rsplit('\n')
                .next()
                .unwrap_or_default()
                .chars()
                .count()
                + 1,
            path: finding.path,
            value: value.filter(|value| !value.is_empty()),
            message: finding.message,
            help,
            span: start..end,
            source: Arc::clone(source),
        }
    }
}

fn floor_boundary(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at)
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0)
}

/// A value on one line and not longer than a line can bear.
fn shorten(value: &str) -> String {
    let mut letters = value.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut short: String = letters.by_ref().take(60).collect();
    if letters.next().is_some() {
        short.push('…');
    }
    short
}

/// Path, value and reason; the place and the advice are left to whoever shows it.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.path, &self.value) {
            (path, _) if path.is_empty() => write!(f, "{}", self.message),
            (path, Some(value)) => write!(f, "{path} = {value}: {}", self.message),
            (path, None) => write!(f, "{path}: {}", self.message),
        }
    }
}

impl std::error::Error for Problem {}

impl Diagnostic for Problem {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.rule.code()))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.source.as_ref())
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(
            None,
            self.span.clone(),
        ))))
    }
}

/// Why an environment file cannot be used.
///
/// `Display` is for pipes: one line for each problem, `file:line:column: what is wrong; what to do`.
/// [`report`](Self::report) is for people at a terminal.
#[derive(Debug)]
#[non_exhaustive]
pub enum ManifestError {
    /// The file could not be read at all.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What to do.
        help: &'static str,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file is not text in UTF-8.
    NotText {
        /// The file.
        path: PathBuf,
        /// Line of the first byte that is no text.
        line: usize,
        /// Column of that byte.
        column: usize,
    },
    /// The file was read and is refused.
    Refused {
        /// Every reason that was found, in the order of the file; never empty.
        problems: Vec<Problem>,
    },
}

impl ManifestError {
    pub(super) fn refused(file: &str, text: String, mut findings: Vec<Finding>) -> Self {
        findings.sort_by(|a, b| {
            (a.span.start, a.rule, &a.message).cmp(&(b.span.start, b.rule, &b.message))
        });
        let source = Arc::new(NamedSource::new(file, text).with_language("TOML"));
        Self::Refused {
            problems: findings
                .into_iter()
                .map(|finding| Problem::locate(finding, file, &source))
                .collect(),
        }
    }

    /// The reasons, where the file could be read.
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Refused { problems } => problems,
            Self::Unreadable { .. } | Self::NotText { .. } => &[],
        }
    }

    /// The same for people: each problem with the lines around it.
    pub fn report(&self) -> Report {
        match self {
            Self::Refused { problems } => Report::new(Refusal(problems.clone())),
            Self::Unreadable { .. } | Self::NotText { .. } => Report::msg(self.to_string()),
        }
    }
}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { path, help, .. } => {
                write!(
                    f,
                    "{}: the environment file cannot be read; {help}",
                    path.display()
                )
            }
            Self::NotText { path, line, column } => write!(
                f,
                "{}:{line}:{column}: the environment file is not text in UTF-8; save it as UTF-8 in your editor",
                path.display()
            ),
            Self::Refused { problems } => {
                for (index, problem) in problems.iter().enumerate() {
                    let Problem {
                        file,
                        line,
                        column,
                        help,
                        ..
                    } = problem;
                    let separator = if index == 0 { "" } else { "\n" };
                    write!(f, "{separator}{file}:{line}:{column}: {problem}; {help}")?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for ManifestError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreadable { source, .. } => Some(source),
            Self::NotText { .. } | Self::Refused { .. } => None,
        }
    }
}

/// All problems of a file as one report.
#[derive(Debug)]
struct Refusal(Vec<Problem>);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self
            .0
            .first()
            .map_or("the environment file", |problem| problem.file.as_str());
        match self.0.len() {
            1 => write!(f, "{file} is refused, for one reason"),
            count => write!(f, "{file} is refused, for {count} reasons"),
        }
    }
}

impl std::error::Error for Refusal {}

impl Diagnostic for Refusal {
    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(
            self.0.iter().map(|problem| problem as &dyn Diagnostic),
        ))
    }
}
