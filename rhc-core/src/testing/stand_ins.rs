//! What stands in a recording in place of chance: ids, keys and signatures that differ each time.

use serde_json::{Map, Value};

/// The public part of a certificate whose key nobody has.
pub const CERTIFICATE: &str = "MIIDEzCCAfugAwIBAgIULdHSIdRHBpG3ffk0LBtGopNzuzcwDQYJKoZIhvcNAQELBQAwGTEXMBUGA1UEAwwOcmhjLWhwMi1xYS13ZWIwHhcNMjYxMTIyMTgwNjE5WhcNNDYxMTE3MTgwNjE5WjAZMRcwFQYDVQQDDA5yaGMtaHAyLXFhLXdlYjCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBAL7pcxSV5RR4Rj65im+smJuwLeCdV9dYi/sSd4tlqJP/b9NGZDalz73z19MJiCI977QYbh9MNoxp0BzcSu7yBcXg2YST09tCgKCZ5qh1Ofo24CgaOQojcjuuCBm5RZvFbd4kXt6ZZ8d1hDkOddJjofGwxkhNxfkq/xW/AzUKbl5O3t+NVt8C5JUX3F5+RB7UBpjxRjuH7UheeWLQ5AIoJ6LQKXkKEJwrROBipyQ3/X2ni65iC/sfUiNpWvgoN00F8T8XkaUjU+0vHSmOfuH6/JKJOU8HjLw4hVX0HH6SmBMsghdVHGWl24FQGAC4GOrQvIgT8duhsqcQX1QphdYdV5sCAwEAAaNTMFEwHQYDVR0OBBYEFLyVee9uTsdquQV2id2L/Te6cvXvMB8GA1UdIwQYMBaAFLyVee9uTsdquQV2id2L/Te6cvXvMA8GA1UdEwEB/wQFMAMBAf8wDQYJKoZIhvcNAQELBQADggEBADt2hqt9rA6os8qNhpczTWemWlw3X2oTy4qlWh+SDr74lDpXGsdRexv1/+6HuPX3jdcPIi8pKnjAVGBhTcxj6HLvcWhWuGX0UIOc+yQ/wp263kwQqA5ADEHm7o7IKpMUxIDAb9eQXisUQUA3nI9mdKssQOmdumHe7rLoGNfCvH8nI/+LaD91lBiio629xmzriUTMkH8h5lCn8r6D7pv+C1j2jl3dCKXQASpdx1efS1Q8sfW0WQto8pn/q+8oHcLm5Dme2te1j8EPYBDZQ2E1Sz1v9UvPLYaYJ8+VVXcR4ygkp81rXK+ASIV+qXTz8NZIizXhQUefv9vCN6gvEozBU10=";

/// Its SHA-1, as a vault writes it.
const THUMBPRINT: &str = "OgUe7CKAY0jRaBPl16Wz0CL1TpM";

/// What would make two recordings of the same thing differ: names, without case, hyphens and underscores, and what stands for their
/// values.
const CHANCE: &[(&str, &str)] = &[
    ("clientrequestid", "00000000-0000-0000-0000-000000000000"),
    ("cer", CERTIFICATE),
    ("x5t", THUMBPRINT),
];

/// What stands for a value of this name, if it is chance.
pub(super) fn stands_for(plain_name: &str) -> Option<&'static str> {
    CHANCE
        .iter()
        .find(|(known, _)| plain_name.eq_ignore_ascii_case(known))
        .map(|(_, value)| *value)
}

/// What a vault answers to whoever lets it sign: the key, and a signature of as many bytes as the key has.
pub(super) fn signature(map: &mut Map<String, Value>) {
    if map.len() == 2
        && map.contains_key("kid")
        && let Some(Value::String(text)) = map.get_mut("value")
    {
        *text = "A".repeat(text.len());
    }
}
