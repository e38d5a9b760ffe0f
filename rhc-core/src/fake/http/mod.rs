//! The World as hosts that answer HTTP: in process through a transport, or served on a socket.

mod addresses;
mod dispatch;
mod faults;
mod hosts;
mod links;
mod log;
pub mod respond;
mod serve;
mod transport;

pub use dispatch::RequestInfo;
pub use faults::{Alteration, Fault, FaultKind, Faults, Match, Met, Occurrence};
pub use log::{LoggedRequest, Noted};

pub(super) use addresses::Addresses;
pub(super) use hosts::Hosts;
pub(super) use log::Log;
pub(super) use transport::in_process;
