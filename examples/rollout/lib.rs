//! The rollout library that the examples share.
