//! Tokens by reference: a name of any length, which the authority looks up.

use std::iter;

use azure_core::credentials::Secret;
use sha2::{Digest, Sha256};

use super::grants::Grants;
use super::token;
use crate::fake::State;

/// The fewest characters: shorter ones could be guessed.
const SHORTEST: usize = 43;

/// A token of `length` characters, at least 43, in place of `token`: it is good for the same, where it was good, for as long.
///
/// How long a token is, and what stands in it, is the authority's own affair: Microsoft asks clients to take it for a
/// string without a meaning. This authority's own are of some 700 to 1,100 characters; real ones are shorter and much
/// longer, with the groups of a person, and what carries a token has to take them all: a short one stands in one packet of a
/// protocol, a long one in several.
///
/// Source: [access tokens](https://learn.microsoft.com/entra/identity-platform/access-tokens).
pub fn token_by_reference(state: &mut State, token: &Secret, length: usize) -> Secret {
    let seed = state.uuid();
    let parts = iter::successors(Some(0_u64), |number| number.checked_add(1));
    let mut reference = String::new();
    for number in parts {
        if reference.len() >= length.max(SHORTEST) {
            break;
        }
        let digest = Sha256::new()
            .chain_update(seed)
            .chain_update(number.to_be_bytes());
        reference.push_str(&token::encode(digest.finalize()));
    }
    reference.truncate(length.max(SHORTEST));
    let references = &mut state.section::<Grants>().references;
    references.insert(reference.clone(), token.secret().to_owned());
    Secret::new(reference)
}

/// The token itself.
pub(super) fn resolved<'a>(state: &'a State, token: &'a str) -> &'a str {
    let grants = state.read::<Grants>();
    grants
        .and_then(|own| own.references.get(token))
        .map_or(token, String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{World, WorldOptions};

    #[test]
    fn a_reference_has_its_length_and_leads_to_the_token() {
        let world = World::new(WorldOptions::default());
        let token = Secret::new("a.b.c");
        world.with(|state| {
            for (length, wanted) in [(0, SHORTEST), (300, 300), (3000, 3000), (9001, 9001)] {
                let one = token_by_reference(state, &token, length);
                let other = token_by_reference(state, &token, length);
                assert_ne!(one.secret(), other.secret());
                assert_eq!(one.secret().len(), wanted);
                assert!(one.secret().is_ascii());
                assert_eq!(resolved(state, one.secret()), "a.b.c");
            }
            assert_eq!(resolved(state, "d.e.f"), "d.e.f");
        });
    }
}
