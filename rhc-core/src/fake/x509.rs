//! As much of a certificate as the services of a World look at: its thumbprints, its time, and what it has signed.

use std::fmt;

use aws_lc_rs::digest;
use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey,
};
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

/// How a signature over SHA-256 is padded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RsaPadding {
    /// `RS256`.
    Pkcs1,
    /// `PS256`.
    Pss,
}

/// A certificate with an RSA key.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    /// `RSAPublicKey` of RFC 8017.
    public_key: Vec<u8>,
    /// From when it counts.
    pub not_before: OffsetDateTime,
    /// Until when it counts.
    pub not_after: OffsetDateTime,
}

impl Certificate {
    /// Reads one. `None` for anything else, a private key in particular.
    #[must_use]
    pub fn parse(der: &[u8]) -> Option<Self> {
        let (whole, rest) = element(der, SEQUENCE)?;
        let (signed, _) = element(whole, SEQUENCE)?;
        if !rest.is_empty() {
            return None;
        }
        // The version may be left out, and is a number in brackets.
        let signed = element(signed, VERSION).map_or(signed, |(_, after)| after);
        let (_serial, signed) = element(signed, INTEGER)?;
        let (_algorithm, signed) = element(signed, SEQUENCE)?;
        let (_issuer, signed) = element(signed, SEQUENCE)?;
        let (validity, signed) = element(signed, SEQUENCE)?;
        let (_subject, signed) = element(signed, SEQUENCE)?;
        let (key_info, _) = element(signed, SEQUENCE)?;
        let (not_before, validity) = moment(validity)?;
        let (not_after, _) = moment(validity)?;
        let (_algorithm, key_info) = element(key_info, SEQUENCE)?;
        let (bits, _) = element(key_info, BIT_STRING)?;
        Some(Self {
            der: der.to_vec(),
            public_key: bits.strip_prefix(&[0])?.to_vec(),
            not_before,
            not_after,
        })
    }

    /// The certificate itself.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// By which Key Vault and Graph name it (`x5t`).
    #[must_use]
    pub fn sha1(&self) -> Vec<u8> {
        digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &self.der)
            .as_ref()
            .to_vec()
    }

    /// By which an assertion names it (`x5t#S256`).
    #[must_use]
    pub fn sha256(&self) -> Vec<u8> {
        digest::digest(&digest::SHA256, &self.der).as_ref().to_vec()
    }

    /// Whether its key made this signature.
    #[must_use]
    pub fn has_signed(&self, padding: RsaPadding, message: &[u8], signature: &[u8]) -> bool {
        let algorithm = match padding {
            RsaPadding::Pkcs1 => &RSA_PKCS1_2048_8192_SHA256,
            RsaPadding::Pss => &RSA_PSS_2048_8192_SHA256,
        };
        UnparsedPublicKey::new(algorithm, &self.public_key)
            .verify(message, signature)
            .is_ok()
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("not_before", &self.not_before)
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;

/// The content of the element at the beginning, if it has this tag, and what follows it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&[own, first], rest) = der.split_first_chunk::<2>()?;
    if own != tag {
        return None;
    }
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let count = usize::from(first & 0x7f);
        let (digits, rest) = rest.split_at_checked(count).filter(|_| count <= 4)?;
        let length = digits
            .iter()
            .fold(0_usize, |sum, digit| sum << 8 | usize::from(*digit));
        (length, rest)
    };
    rest.split_at_checked(length)
}

/// The time at the beginning, in either of its two forms.
fn moment(der: &[u8]) -> Option<(OffsetDateTime, &[u8])> {
    const FORM: &[BorrowedFormatItem<'static>] =
        format_description!("[year][month][day][hour][minute][second]Z");
    let (text, rest) = match element(der, UTC_TIME) {
        Some((short, rest)) => {
            let short = std::str::from_utf8(short).ok()?;
            // RFC 5280: two digits of 50 or more are of the last century.
            let century = if short.get(..2)? >= "50" { "19" } else { "20" };
            (format!("{century}{short}"), rest)
        }
        None => {
            let (long, rest) = element(der, GENERALIZED_TIME)?;
            (std::str::from_utf8(long).ok()?.to_owned(), rest)
        }
    };
    let moment = PrimitiveDateTime::parse(&text, FORM).ok()?;
    Some((moment.assume_utc(), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::encoding::AsDer;
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::rsa::{KeyPair, KeySize};
    use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256};
    use time::macros::datetime;

    fn made() -> (KeyPair, Certificate) {
        let key = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let pkcs8 = AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&key).unwrap();
        let signer = rcgen::KeyPair::try_from(pkcs8.as_ref()).unwrap();
        let mut params = rcgen::CertificateParams::default();
        params.not_before = datetime!(2026-11-23 9:00 UTC);
        params.not_after = datetime!(2057-11-23 9:00:01 UTC);
        let made = params.self_signed(&signer).unwrap();
        let certificate = Certificate::parse(made.der()).unwrap();
        assert!(Certificate::parse(pkcs8.as_ref()).is_none());
        (key, certificate)
    }

    #[test]
    fn a_certificate_knows_its_time_and_what_it_signed() {
        let (key, certificate) = made();
        assert_eq!(certificate.not_before, datetime!(2026-11-23 9:00 UTC));
        assert_eq!(certificate.not_after, datetime!(2057-11-23 9:00:01 UTC));
        assert_eq!(
            (certificate.sha1().len(), certificate.sha256().len()),
            (20, 32)
        );
        let mut signature = vec![0; key.public_modulus_len()];
        let random = SystemRandom::new();
        key.sign(&RSA_PSS_SHA256, &random, b"claims", &mut signature)
            .unwrap();
        assert!(certificate.has_signed(RsaPadding::Pss, b"claims", &signature));
        assert!(!certificate.has_signed(RsaPadding::Pss, b"other claims", &signature));
        assert!(!certificate.has_signed(RsaPadding::Pkcs1, b"claims", &signature));
        key.sign(&RSA_PKCS1_SHA256, &random, b"claims", &mut signature)
            .unwrap();
        assert!(certificate.has_signed(RsaPadding::Pkcs1, b"claims", &signature));
        let (_, other) = made();
        assert!(!other.has_signed(RsaPadding::Pkcs1, b"claims", &signature));
    }

    #[test]
    fn what_is_cut_or_followed_by_something_is_none() {
        let (_, certificate) = made();
        let der = certificate.der();
        for length in [0, 1, 2, 10, der.len() - 1] {
            assert!(Certificate::parse(&der[..length]).is_none(), "{length}");
        }
        let longer: Vec<u8> = der.iter().copied().chain([0]).collect();
        assert!(Certificate::parse(&longer).is_none());
        assert!(!format!("{certificate:?}").contains("der"));
    }
}
