//! Lines on a disk: each is there as a whole, or not at all.

use std::fmt;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};

use serde::Serialize;

/// What lines are written to.
pub(super) trait Disk: fmt::Debug + Send {
    /// Adds this at the end, and returns when it will survive a crash.
    fn add(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Takes away what is behind this length.
    fn cut(&mut self, length: u64) -> io::Result<()>;
}

impl Disk for File {
    fn add(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)?;
        self.sync_data()
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)?;
        self.seek(SeekFrom::Start(length))?;
        self.sync_all()
    }
}

/// The lines, and how far they are whole.
#[derive(Debug)]
pub(super) struct Lines {
    disk: Box<dyn Disk>,
    length: u64,
    /// A part of a line may stand behind them.
    torn: bool,
}

impl Lines {
    /// Goes on behind the whole lines that are there.
    pub(super) fn behind(disk: impl Disk + 'static, length: u64) -> Self {
        Self {
            disk: Box::new(disk),
            length,
            torn: false,
        }
    }

    /// Adds a line. One that cannot be written leaves nothing behind, or is taken away before the next.
    pub(super) fn append(&mut self, line: &impl Serialize) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(line)?;
        bytes.push(b'\n');
        if self.torn {
            self.disk.cut(self.length)?;
            self.torn = false;
        }
        if let Err(error) = self.disk.add(&bytes) {
            self.torn = self.disk.cut(self.length).is_err();
            return Err(error);
        }
        self.length = self
            .length
            .saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// A disk with so much room, that may refuse to be cut.
    #[derive(Clone, Debug, Default)]
    struct Small(Arc<Mutex<Inner>>);

    #[derive(Debug, Default)]
    struct Inner {
        bytes: Vec<u8>,
        room: usize,
        stuck: bool,
    }

    impl Disk for Small {
        fn add(&mut self, bytes: &[u8]) -> io::Result<()> {
            let mut own = self.0.lock().unwrap();
            let left = own.room - own.bytes.len();
            let fits = bytes.len().min(left);
            own.bytes.extend_from_slice(&bytes[..fits]);
            if fits < bytes.len() {
                return Err(io::ErrorKind::StorageFull.into());
            }
            Ok(())
        }

        fn cut(&mut self, length: u64) -> io::Result<()> {
            let mut own = self.0.lock().unwrap();
            if own.stuck {
                return Err(io::ErrorKind::Other.into());
            }
            own.bytes.truncate(usize::try_from(length).unwrap());
            Ok(())
        }
    }

    fn text(disk: &Small) -> String {
        String::from_utf8(disk.0.lock().unwrap().bytes.clone()).unwrap()
    }

    #[test]
    fn a_full_disk_leaves_whole_lines_and_room_is_used_again() {
        for room in 0..12 {
            let disk = Small::default();
            disk.0.lock().unwrap().room = room;
            let mut lines = Lines::behind(disk.clone(), 0);
            // Each takes four bytes.
            let written = (0..3).filter(|_| lines.append(&"a").is_ok()).count();
            assert_eq!(written, room / 4);
            assert_eq!(text(&disk), "\"a\"\n".repeat(written), "room {room}");
            disk.0.lock().unwrap().room = 100;
            lines.append(&"b").unwrap();
            assert!(text(&disk).ends_with("\"b\"\n"));
            assert_eq!(text(&disk).lines().count(), written + 1);
        }
    }

    #[test]
    fn nothing_is_written_behind_a_part_that_cannot_be_taken_away() {
        let disk = Small::default();
        let set = |room, stuck| {
            let mut own = disk.0.lock().unwrap();
            (own.room, own.stuck) = (room, stuck);
        };
        set(6, true);
        let mut lines = Lines::behind(disk.clone(), 0);
        lines.append(&"a").unwrap();
        lines.append(&"b").unwrap_err();
        set(100, true);
        lines.append(&"c").unwrap_err();
        assert_eq!(text(&disk), "\"a\"\n\"b");
        set(100, false);
        lines.append(&"d").unwrap();
        assert_eq!(text(&disk), "\"a\"\n\"d\"\n");
    }
}
