//! Files that somebody names: each is read as far as one of its kind can be long, and no device without end.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// Reads a file as a whole.
///
/// # Errors
/// [`ErrorKind::FileTooLarge`] where it has more than `most` bytes, or what the operating system says.
pub(crate) fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    read_from(&mut File::open(path)?, most)
}

/// Reads what is left of an open file.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_from(file: &mut File, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= most) {
        return Ok(bytes);
    }
    Err(io::Error::new(
        ErrorKind::FileTooLarge,
        format!("it is longer than {most} bytes"),
    ))
}

/// Reads a file that is text in UTF-8.
///
/// # Errors
/// As [`read`], and [`ErrorKind::InvalidData`] where it is no text.
pub(crate) fn read_text(path: &Path, most: u64) -> io::Result<String> {
    let bytes = read(path, most)?;
    String::from_utf8(bytes).map_err(|error| io::Error::new(ErrorKind::InvalidData, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_its_bound_and_no_further() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, "12345").unwrap();
        assert_eq!(read_text(&path, 5).unwrap(), "12345");
        let error = read(&path, 4).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::FileTooLarge);
        assert_eq!(error.to_string(), "it is longer than 4 bytes");
        std::fs::write(&path, [0xff]).unwrap();
        let error = read_text(&path, 5).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData);
    }

    #[cfg(unix)]
    #[test]
    fn a_device_without_end_ends() {
        let error = read(Path::new("/dev/zero"), 1 << 20).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::FileTooLarge);
    }
}
