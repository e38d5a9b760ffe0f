//! Making a certificate that signs itself.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use azure_core::base64;
use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyUsagePurpose,
    SerialNumber,
};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::section::Version;

/// How long the making takes.
const MAKING: Duration = Duration::seconds(10);
/// By how much a certificate counts from before it was made, as recorded.
const BACKDATED: Duration = Duration::minutes(10);

/// What a certificate is to be.
pub(super) struct Wanted<'a> {
    pub(super) subject: &'a str,
    pub(super) key_size: u64,
    pub(super) months: u8,
    pub(super) serial: Uuid,
    /// The place of its key among all that the World has made.
    pub(super) nth: usize,
    pub(super) now: OffsetDateTime,
}

/// The words of a subject, if they make one: `CN=rhc-hp2-qa-web, O=Example`.
pub(super) fn subject(text: &str) -> Option<DistinguishedName> {
    let mut name = DistinguishedName::new();
    for part in text.split(',') {
        let (kind, value) = part.trim().split_once('=')?;
        let kind = match kind.trim().to_ascii_uppercase().as_str() {
            "CN" => DnType::CommonName,
            "O" => DnType::OrganizationName,
            "OU" => DnType::OrganizationalUnitName,
            "C" => DnType::CountryName,
            "L" => DnType::LocalityName,
            "S" | "ST" => DnType::StateOrProvinceName,
            _ => return None,
        };
        let value = value.trim();
        if value.is_empty() {
            return None;
        }
        name.push(kind, value);
    }
    Some(name)
}

/// Makes one. `None` where its wishes make none.
pub(super) fn make(wanted: &Wanted<'_>) -> Option<Version> {
    let pkcs8 = key(wanted.key_size, wanted.nth)?;
    let signer = rcgen::KeyPair::try_from(&pkcs8[..]).ok()?;
    let mut params = CertificateParams::default();
    params.distinguished_name = subject(wanted.subject)?;
    params.serial_number = Some(SerialNumber::from_slice(wanted.serial.as_bytes()));
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let begun = wanted.now.replace_nanosecond(0).unwrap_or(wanted.now);
    params.not_before = begun - BACKDATED;
    params.not_after = later(begun, wanted.months);
    let certificate = params.self_signed(&signer).ok()?;
    Some(Version {
        version: wanted.serial.simple().to_string(),
        certificate: base64::encode(certificate.der()),
        key: base64::encode(&pkcs8),
        enabled: true,
        not_before: params.not_before,
        not_after: params.not_after,
        begun,
        ready: begun + MAKING,
    })
}

/// The keys of this process by size: all of one World differ, and another World begins with the first again. Making one
/// takes a good part of a second where the library was compiled without optimisation.
static KEYS: Mutex<BTreeMap<u64, Vec<Vec<u8>>>> = Mutex::new(BTreeMap::new());

/// PKCS #8 of the nth key.
fn key(bits: u64, nth: usize) -> Option<Vec<u8>> {
    let size = match bits {
        2048 => KeySize::Rsa2048,
        3072 => KeySize::Rsa3072,
        4096 => KeySize::Rsa4096,
        _ => return None,
    };
    let mut keys = KEYS.lock().unwrap_or_else(PoisonError::into_inner);
    let made = keys.entry(bits).or_default();
    // A World that was loaded from a file may be far ahead of what this process has made.
    let nth = nth.min(made.len());
    if nth == made.len() {
        let key = KeyPair::generate(size).ok()?;
        let pkcs8 = AsDer::<Pkcs8V1Der<'_>>::as_der(&key).ok()?;
        made.push(pkcs8.as_ref().to_vec());
    }
    made.get(nth).cloned()
}

/// The same day some months later, or that month's last one.
fn later(from: OffsetDateTime, months: u8) -> OffsetDateTime {
    let month = u8::from(from.month()) - 1 + months % 12;
    let year = from.year() + i32::from(months / 12) + i32::from(month / 12);
    let month = time::Month::try_from(month % 12 + 1).unwrap_or(time::Month::January);
    let day = from.day().min(month.length(year));
    let date = time::Date::from_calendar_date(year, month, day);
    date.map_or(from, |date| from.replace_date(date))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn months_end_on_the_same_day_or_the_last() {
        for (from, months, end) in [
            (
                datetime!(2026-11-23 9:00 UTC),
                12,
                datetime!(2027-11-23 9:00 UTC),
            ),
            (
                datetime!(2026-11-30 9:00 UTC),
                3,
                datetime!(2027-02-28 9:00 UTC),
            ),
            (
                datetime!(2026-01-31 9:00 UTC),
                1,
                datetime!(2026-02-28 9:00 UTC),
            ),
            (
                datetime!(2026-12-01 9:00 UTC),
                1,
                datetime!(2027-01-01 9:00 UTC),
            ),
        ] {
            assert_eq!(later(from, months), end);
        }
    }

    #[test]
    fn subjects_are_names() {
        assert!(subject("CN=rhc-hp2-qa-web").is_some());
        assert!(subject("CN=a, O=b,C=US").is_some());
        for bad in ["", "rhc", "CN=", "X=y", "CN=a,"] {
            assert!(subject(bad).is_none(), "{bad}");
        }
    }
}
