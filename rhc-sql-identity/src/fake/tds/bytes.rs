//! Reading and writing the protocol's little-endian fields. A field that is not there is an error, never a panic.

/// The bytes are not what the protocol says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// Bytes that are read from the front.
#[derive(Clone, Debug)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Malformed)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        self.take(N)?.try_into().map_err(|_| Malformed)
    }

    pub(super) fn u8(&mut self) -> Result<u8, Malformed> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Result<u16, Malformed> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u16_be(&mut self) -> Result<u16, Malformed> {
        self.array().map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, Malformed> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64, Malformed> {
        self.array().map(u64::from_le_bytes)
    }

    /// A count that must fit into memory's sizes.
    pub(super) fn length(&mut self) -> Result<usize, Malformed> {
        usize::try_from(self.u32()?).map_err(|_| Malformed)
    }

    /// Text of so many UTF-16 units.
    pub(super) fn text(&mut self, units: usize) -> Result<String, Malformed> {
        utf16(self.take(units.checked_mul(2).ok_or(Malformed)?)?)
    }

    /// `B_VARCHAR`: a byte with the number of units before them.
    pub(super) fn b_varchar(&mut self) -> Result<String, Malformed> {
        let units = self.u8()?;
        self.text(units.into())
    }

    /// Skips the headers that stand before batches and calls, and their length.
    pub(super) fn all_headers(&mut self) -> Result<(), Malformed> {
        let rest = self.length()?.checked_sub(4).ok_or(Malformed)?;
        self.take(rest).map(drop)
    }
}

/// Text from its bytes.
pub(super) fn utf16(bytes: &[u8]) -> Result<String, Malformed> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(Malformed);
    }
    let units: Vec<u16> = pairs.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
    String::from_utf16(&units).map_err(|_| Malformed)
}

/// Bytes that are written at the end.
#[derive(Clone, Debug, Default)]
pub(super) struct Writer(pub(super) Vec<u8>);

impl Writer {
    pub(super) fn u8(&mut self, value: u8) -> &mut Self {
        self.0.push(value);
        self
    }

    pub(super) fn u16(&mut self, value: u16) -> &mut Self {
        self.bytes(&value.to_le_bytes())
    }

    pub(super) fn u32(&mut self, value: u32) -> &mut Self {
        self.bytes(&value.to_le_bytes())
    }

    pub(super) fn u64(&mut self, value: u64) -> &mut Self {
        self.bytes(&value.to_le_bytes())
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }

    /// `B_VARCHAR`, cut at 255 units.
    pub(super) fn b_varchar(&mut self, text: &str) -> &mut Self {
        let units: Vec<u16> = text.encode_utf16().take(255).collect();
        self.u8(u8::try_from(units.len()).unwrap_or(u8::MAX));
        self.units(&units)
    }

    /// `US_VARCHAR`, cut at 4,000 units.
    pub(super) fn us_varchar(&mut self, text: &str) -> &mut Self {
        let units: Vec<u16> = text.encode_utf16().take(4000).collect();
        self.u16(u16::try_from(units.len()).unwrap_or(u16::MAX));
        self.units(&units)
    }

    fn units(&mut self, units: &[u16]) -> &mut Self {
        for unit in units {
            self.u16(*unit);
        }
        self
    }

    /// A token whose length stands before its body in two bytes.
    pub(super) fn token(&mut self, kind: u8, body: &Self) -> &mut Self {
        self.u8(kind);
        self.u16(u16::try_from(body.0.len()).unwrap_or(u16::MAX));
        self.bytes(&body.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        let mut writer = Writer::default();
        writer
            .u8(1)
            .u16(2)
            .u32(3)
            .u64(4)
            .b_varchar("ä😀")
            .us_varchar("b");
        let mut reader = Reader(&writer.0);
        assert_eq!((reader.u8(), reader.u16()), (Ok(1), Ok(2)));
        assert_eq!((reader.u32(), reader.u64()), (Ok(3), Ok(4)));
        assert_eq!(reader.b_varchar().as_deref(), Ok("ä😀"));
        assert_eq!((reader.u16(), reader.text(1).as_deref()), (Ok(1), Ok("b")));
        assert!(reader.is_empty());
        assert_eq!(reader.u8(), Err(Malformed));
    }

    #[test]
    fn what_is_too_short_is_an_error() {
        assert_eq!(Reader(&[9, 0]).u32(), Err(Malformed));
        assert_eq!(Reader(&[2, 65, 0, 66]).b_varchar(), Err(Malformed));
        assert_eq!(utf16(&[0, 0xD8]), Err(Malformed));
        assert_eq!(Reader(&[3, 0, 0, 0]).all_headers(), Err(Malformed));
        assert_eq!(
            Reader(&[0xFF, 0xFF, 0xFF, 0xFF]).all_headers(),
            Err(Malformed)
        );
        assert_eq!(utf16(&[65]), Err(Malformed));
    }
}
