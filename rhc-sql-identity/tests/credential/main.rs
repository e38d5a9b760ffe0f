//! The credential: the chain link by link, in a World whose parts are broken one after the other.

mod diagnosis;
mod numbers;
mod place;
mod source;
mod token;
