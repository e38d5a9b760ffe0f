//! The images of the sign-in page, and its style sheet.
//!
//! Source: types and sizes from the page of `organizationalBranding`. That page gives 300 KB as the least that a background has,
//! the portal as the most: the fake holds to neither. Unverified: code and words of the refusals, and what is answered where there
//! is no image (here 404).

use super::branding::language;
use super::state::{GraphState, StoredImage};
use super::{Call, Refusal, Reply};
use azure_core::base64;
use rhc_core::fake::State;
use serde_json::json;

/// What an image may be.
struct Limits {
    name: &'static str,
    /// Width and height in pixels, at most; none for what is no picture.
    pixels: Option<(u32, u32)>,
    bytes: Option<usize>,
}

const IMAGES: &[Limits] = &[
    limits("backgroundImage", Some((1920, 1080)), None),
    limits("bannerLogo", Some((245, 36)), None),
    limits("headerLogo", Some((245, 36)), None),
    limits("squareLogo", Some((240, 240)), Some(10 * 1024)),
    limits("squareLogoDark", Some((240, 240)), Some(10 * 1024)),
    // Microsoft names no limits of it.
    limits("favicon", None, None),
    limits("customCSS", None, Some(25 * 1024)),
];

const fn limits(name: &'static str, pixels: Option<(u32, u32)>, bytes: Option<usize>) -> Limits {
    Limits {
        name,
        pixels,
        bytes,
    }
}

fn asked(call: &Call) -> Result<&'static Limits, Refusal> {
    let name = &call.key(2)?.value;
    IMAGES
        .iter()
        .find(|own| own.name.eq_ignore_ascii_case(name))
        .ok_or_else(|| {
            let words = format!("Resource not found for the segment '{name}'.");
            Refusal::new(400, "BadRequest", words)
        })
}

pub(super) fn get(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let (language, own) = (language(call)?, asked(call)?);
    let policies = state.section::<GraphState>().of(call.tenant());
    let found = policies
        .branding_images
        .get(language)
        .and_then(|images| images.get(own.name))
        .ok_or_else(|| Refusal::not_found(own.name))?;
    let bytes = base64::decode(&found.bytes).unwrap_or_default();
    Ok(Reply::plain(found.content_type.clone(), bytes.into()))
}

pub(super) fn put(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let (language, own) = (language(call)?, asked(call)?);
    let kind = call.header("content-type").unwrap_or_default().to_owned();
    check(own, &kind, &call.file)?;
    let stored = StoredImage {
        content_type: kind,
        bytes: base64::encode(&call.file),
    };
    let place = state.derived_uuid(&["branding", &call.tenant().to_string()]);
    let policies = state.section::<GraphState>().of(call.tenant());
    let branding = policies
        .branding
        .get_mut(language)
        .ok_or_else(|| Refusal::not_found(language))?;
    let folder = place.simple();
    let file = own.name.to_ascii_lowercase();
    let stamp = call.at.unix_timestamp();
    let address = format!("{folder}/logintenantbranding/{language}/{file}?ts={stamp}");
    branding.insert(format!("{}RelativeUrl", own.name), json!(address));
    branding.insert(
        "cdnList".to_owned(),
        json!(["aadcdn.msftauthimages.net", "aadcdn.msauthimages.net"]),
    );
    let images = policies.branding_images.entry(language.to_owned());
    images.or_default().insert(own.name.to_owned(), stored);
    Ok(Reply::no_content())
}

pub(super) fn delete(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let (language, own) = (language(call)?, asked(call)?);
    let policies = state.section::<GraphState>().of(call.tenant());
    let images = policies.branding_images.get_mut(language);
    if images.and_then(|images| images.remove(own.name)).is_none() {
        return Err(Refusal::not_found(own.name));
    }
    if let Some(branding) = policies.branding.get_mut(language) {
        branding.shift_remove(&format!("{}RelativeUrl", own.name));
    }
    Ok(Reply::no_content())
}

/// The file is what its header says, and no larger than it may be.
fn check(own: &Limits, kind: &str, file: &[u8]) -> Result<(), Refusal> {
    let name = own.name;
    let bad = |words: String| Err(Refusal::bad_request(words));
    if file.is_empty() {
        return bad(format!("The image '{name}' is empty."));
    }
    if own.bytes.is_some_and(|most| file.len() > most) {
        let most = own.bytes.unwrap_or_default() / 1024;
        return bad(format!("The image '{name}' is larger than {most} KB."));
    }
    if name == "customCSS" {
        return match kind.starts_with("text/css") && std::str::from_utf8(file).is_ok() {
            true => Ok(()),
            false => bad(format!(
                "The type '{kind}' is not allowed for '{name}': only CSS is."
            )),
        };
    }
    let Some((widest, highest)) = own.pixels else {
        return match kind.starts_with("image/") {
            true => Ok(()),
            false => bad(format!("The type '{kind}' is not allowed for '{name}'.")),
        };
    };
    let size = match kind {
        "image/png" => png(file),
        "image/jpeg" => jpeg(file),
        _ => None,
    };
    match size {
        None => bad(format!(
            "The type '{kind}' is not allowed for '{name}', or the file is of another: only PNG and JPEG are."
        )),
        Some((width, height)) if width > widest || height > highest => bad(format!(
            "The image '{name}' has {width} x {height} pixels, and {widest} x {highest} are allowed."
        )),
        Some(_) => Ok(()),
    }
}

/// Width and height of a PNG: they stand in its first chunk.
fn png(file: &[u8]) -> Option<(u32, u32)> {
    let rest = file.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let header = rest.get(4..)?.strip_prefix(b"IHDR")?;
    let number = |from: usize| {
        let bytes = header.get(from..from + 4)?;
        Some(u32::from_be_bytes(bytes.try_into().ok()?))
    };
    Some((number(0)?, number(4)?))
}

/// Width and height of a JPEG: they stand in the segment that begins the frame.
fn jpeg(file: &[u8]) -> Option<(u32, u32)> {
    let mut rest = file.strip_prefix(b"\xff\xd8")?;
    loop {
        let (&marker, after) = rest.strip_prefix(b"\xff")?.split_first()?;
        let number = |from: usize| {
            let bytes = after.get(from..from + 2)?;
            Some(u16::from_be_bytes(bytes.try_into().ok()?))
        };
        // The frames' markers, without the three of that range that mean something else.
        if (0xc0..=0xcf).contains(&marker) && ![0xc4, 0xc8, 0xcc].contains(&marker) {
            return Some((number(5)?.into(), number(3)?.into()));
        }
        rest = after.get(usize::from(number(0)?)..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_from_the_files_themselves() {
        let mut png_file = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        png_file.extend([0, 0, 0, 245, 0, 0, 0, 36]);
        assert_eq!(png(&png_file), Some((245, 36)));
        assert_eq!(png(&png_file[..20]), None);
        // A comment of four bytes, then the frame: 36 high, 245 wide.
        let jpeg_file = [
            0xff, 0xd8, 0xff, 0xfe, 0, 4, 1, 2, 0xff, 0xc0, 0, 11, 8, 0, 36, 0, 245, 1,
        ];
        assert_eq!(jpeg(&jpeg_file), Some((245, 36)));
        for end in 0..jpeg_file.len() - 1 {
            assert_eq!(jpeg(&jpeg_file[..end]), None, "{end}");
        }
    }
}
