//! The outcome of `Prefer: create-if-missing`.

/// What an upsert did.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Upserted<T> {
    /// Nothing stood under the key: this is what was made.
    Created(T),
    /// It was there and has the given properties now. The service sends no body; read it if you need it.
    Updated,
}

impl<T> Upserted<T> {
    /// What was made, if it was.
    pub fn created(self) -> Option<T> {
        match self {
            Self::Created(made) => Some(made),
            Self::Updated => None,
        }
    }

    /// Whether it was made.
    pub fn is_created(&self) -> bool {
        matches!(self, Self::Created(_))
    }
}
