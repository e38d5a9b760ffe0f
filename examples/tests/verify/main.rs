//! Verification: what it says of a finished environment, and of one in which exactly one thing is broken.

mod synthetic;
