//! The tokens of an answer.
//!
//! Source: [MS-TDS 2.2.7](https://learn.microsoft.com/openspecs/windows_protocols/ms-tds/67b6113c-d722-42d1-902c-3f6e8de09173).

use crate::session::SqlError;

use super::bytes::Writer;
use super::packets::PACKET;

const ERROR: u8 = 0xAA;
const INFO: u8 = 0xAB;
const LOGINACK: u8 = 0xAD;
const FEATUREEXTACK: u8 = 0xAE;
const ENVCHANGE: u8 = 0xE3;
const DONE: u8 = 0xFD;
const DONEPROC: u8 = 0xFE;
const DONEINPROC: u8 = 0xFF;
const RETURNSTATUS: u8 = 0x79;

const ENV_DATABASE: u8 = 1;
const ENV_LANGUAGE: u8 = 2;
const ENV_PACKET_SIZE: u8 = 4;
const ENV_COLLATION: u8 = 7;
const ENV_BEGIN: u8 = 8;
const ENV_COMMIT: u8 = 9;
const ENV_ROLLBACK: u8 = 10;
const ENV_ROUTING: u8 = 20;

/// `SQL_Latin1_General_CP1_CI_AS`, the default of Azure's databases.
pub(super) const COLLATION: [u8; 5] = [0x09, 0x04, 0xD0, 0x00, 0x34];

/// How one statement ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Done {
    /// Another one follows.
    pub(super) more: bool,
    pub(super) failed: bool,
    pub(super) in_transaction: bool,
    /// The number of rows, where there is one.
    pub(super) count: Option<u64>,
    /// It was given up because the client asked for that.
    pub(super) attention: bool,
}

/// Which of the three tokens says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DoneKind {
    /// Of a statement in a batch.
    Batch,
    /// Of a statement in a procedure.
    InProcedure,
    /// Of the procedure.
    Procedure,
}

/// What begins, commits or rolls back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TransactionChange {
    Begin,
    Commit,
    Rollback,
}

/// An answer that is being put together.
#[derive(Clone, Debug, Default)]
pub(super) struct Answer {
    pub(super) out: Writer,
    /// The server's name in errors.
    pub(super) server: String,
}

impl Answer {
    pub(super) fn of(server: &str) -> Self {
        Self {
            out: Writer::default(),
            server: server.to_owned(),
        }
    }

    /// What a client that was let in is told first.
    pub(super) fn logged_in(&mut self, version: u32, database: &str) {
        self.changed(ENV_DATABASE, database, "master");
        self.note(
            5701,
            2,
            &format!("Changed database context to '{database}'."),
        );
        let mut collation = Writer::default();
        collation.u8(ENV_COLLATION).u8(5).bytes(&COLLATION).u8(0);
        self.out.token(ENVCHANGE, &collation);
        self.changed(ENV_LANGUAGE, "us_english", "");
        self.note(5703, 1, "Changed language setting to us_english.");
        let mut ack = Writer::default();
        ack.u8(1).bytes(&version.to_be_bytes());
        ack.b_varchar("Microsoft SQL Server")
            .bytes(&[12, 0, 0x07, 0xD0]);
        self.out.token(LOGINACK, &ack);
        let size = PACKET.to_string();
        self.changed(ENV_PACKET_SIZE, &size, &size);
    }

    /// That the token was taken.
    pub(super) fn fed_auth_taken(&mut self) {
        self.out.u8(FEATUREEXTACK).u8(0x02).u32(0).u8(0xFF);
    }

    /// That the client is to log in at another host.
    pub(super) fn routed(&mut self, host: &str, port: u16) {
        let mut place = Writer::default();
        place.u8(0).u16(port).us_varchar(host);
        let mut body = Writer::default();
        body.u8(ENV_ROUTING);
        body.u16(u16::try_from(place.0.len()).unwrap_or(u16::MAX));
        body.bytes(&place.0).u16(0);
        self.out.token(ENVCHANGE, &body);
    }

    fn changed(&mut self, what: u8, new: &str, old: &str) {
        let mut body = Writer::default();
        body.u8(what).b_varchar(new).b_varchar(old);
        self.out.token(ENVCHANGE, &body);
    }

    /// That a transaction began or ended.
    pub(super) fn transaction(&mut self, change: TransactionChange, descriptor: u64) {
        let mut body = Writer::default();
        match change {
            TransactionChange::Begin => body.u8(ENV_BEGIN).u8(8).u64(descriptor).u8(0),
            TransactionChange::Commit => body.u8(ENV_COMMIT).u8(0).u8(8).u64(descriptor),
            TransactionChange::Rollback => body.u8(ENV_ROLLBACK).u8(0).u8(8).u64(descriptor),
        };
        self.out.token(ENVCHANGE, &body);
    }

    /// An error.
    pub(super) fn error(&mut self, error: &SqlError) {
        self.message(
            ERROR,
            error.number,
            error.state,
            error.class,
            &error.message,
        );
    }

    fn note(&mut self, number: u32, state: u8, text: &str) {
        self.message(INFO, number, state, 0, text);
    }

    fn message(&mut self, kind: u8, number: u32, state: u8, class: u8, text: &str) {
        let mut body = Writer::default();
        body.u32(number).u8(state).u8(class).us_varchar(text);
        body.b_varchar(&self.server).b_varchar("").u32(1);
        self.out.token(kind, &body);
    }

    /// The end of a statement.
    pub(super) fn done(&mut self, kind: DoneKind, done: Done) {
        let mut status = 0_u16;
        for (bit, on) in [
            (0x01, done.more),
            (0x02, done.failed),
            (0x04, done.in_transaction),
            (0x10, done.count.is_some()),
            (0x20, done.attention),
        ] {
            status |= if on { bit } else { 0 };
        }
        let token = match kind {
            DoneKind::Batch => DONE,
            DoneKind::InProcedure => DONEINPROC,
            DoneKind::Procedure => DONEPROC,
        };
        // The command's number is for nobody.
        self.out.u8(token).u16(status).u16(0);
        self.out.u64(done.count.unwrap_or_default());
    }

    /// What a procedure returned.
    pub(super) fn return_status(&mut self, status: u32) {
        self.out.u8(RETURNSTATUS).u32(status);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_an_error_and_its_end() {
        let mut answer = Answer::of("s");
        answer.error(&SqlError {
            number: 18456,
            state: 1,
            class: 14,
            message: "no".to_owned(),
        });
        let failed = Done {
            failed: true,
            ..Done::default()
        };
        answer.done(DoneKind::Batch, failed);
        assert_eq!(
            answer.out.0,
            [
                &[0xAA, 20, 0, 0x18, 0x48, 0, 0, 1, 14, 2, 0][..],
                &[b'n', 0, b'o', 0, 1, b's', 0, 0, 1, 0, 0, 0],
                &[0xFD, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            ]
            .concat()
        );
    }

    #[test]
    fn a_route_says_host_and_port() {
        let mut answer = Answer::default();
        answer.routed("w", 11_000);
        assert_eq!(
            answer.out.0,
            [0xE3, 12, 0, 20, 7, 0, 0, 0xF8, 0x2A, 1, 0, b'w', 0, 0, 0]
        );
    }
}
