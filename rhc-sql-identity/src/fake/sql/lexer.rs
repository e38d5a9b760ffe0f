//! T-SQL as a row of tokens.

use crate::session::SqlError;

/// The longest name, in UTF-16 units.
const MAX_UNITS: usize = 128;

/// A piece of T-SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A bare word or number.
    Word(String),
    /// A name between brackets or double quotes.
    Name(String),
    /// A string between single quotes.
    Text(String),
    /// A binary literal, its digits.
    Binary(String),
    /// Anything else.
    Mark(char),
}

impl Token {
    /// Whether it is this word, in any case.
    pub(super) fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word(own) if own.eq_ignore_ascii_case(word))
    }

    /// As the server quotes it in its errors.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Word(text) | Self::Name(text) | Self::Text(text) => text.clone(),
            Self::Binary(digits) => format!("0x{digits}"),
            Self::Mark(mark) => mark.to_string(),
        }
    }
}

/// An error in the text: severity 15, and nothing of the batch is run.
pub(super) fn syntax(number: u32, message: String) -> SqlError {
    SqlError {
        class: 15,
        ..SqlError::new(number, 1, message)
    }
}

/// Takes a batch apart. Comments and white space go.
pub(super) fn tokens(batch: &str) -> Result<Vec<Token>, SqlError> {
    let mut found = Vec::new();
    let mut rest = batch.chars().peekable();
    while let Some(&next) = rest.peek() {
        match next {
            _ if next.is_whitespace() => {
                rest.next();
            }
            '[' => {
                rest.next();
                found.push(name(delimited(&mut rest, ']')?)?);
            }
            '"' => {
                rest.next();
                found.push(name(delimited(&mut rest, '"')?)?);
            }
            '\'' => {
                rest.next();
                found.push(Token::Text(delimited(&mut rest, '\'')?));
            }
            _ if is_part(next) => {
                let mut word = String::new();
                while let Some(part) = rest.next_if(|next| is_part(*next)) {
                    word.push(part);
                }
                found.push(bare(word)?);
            }
            _ => {
                rest.next();
                match (next, rest.peek()) {
                    ('-', Some('-')) => while rest.next_if(|next| *next != '\n').is_some() {},
                    ('/', Some('*')) => comment(&mut rest)?,
                    _ => found.push(Token::Mark(next)),
                }
            }
        }
    }
    Ok(found)
}

fn is_part(next: char) -> bool {
    next.is_alphanumeric() || matches!(next, '_' | '@' | '#' | '$')
}

fn bare(word: String) -> Result<Token, SqlError> {
    let digits = word
        .strip_prefix("0x")
        .or_else(|| word.strip_prefix("0X"))
        .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
    if let Some(digits) = digits {
        return Ok(Token::Binary(digits.to_owned()));
    }
    short_enough(&word)?;
    Ok(Token::Word(word))
}

fn name(text: String) -> Result<Token, SqlError> {
    if text.is_empty() {
        return Err(syntax(
            1038,
            "An object or column name is missing or empty. For SELECT INTO statements, verify each column has a \
             name. For other statements, look for empty alias names. Aliases defined as \"\" or [] are not allowed. \
             Change the alias to a valid name."
                .to_owned(),
        ));
    }
    short_enough(&text)?;
    Ok(Token::Name(text))
}

fn short_enough(name: &str) -> Result<(), SqlError> {
    if name.encode_utf16().count() <= MAX_UNITS {
        return Ok(());
    }
    let start: String = name.chars().take(MAX_UNITS).collect();
    Err(syntax(
        103,
        format!("The identifier that starts with '{start}' is too long. Maximum length is 128."),
    ))
}

type Rest<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// What stands before the closing mark; two of them stand for one.
fn delimited(rest: &mut Rest<'_>, close: char) -> Result<String, SqlError> {
    let mut text = String::new();
    while let Some(next) = rest.next() {
        if next != close {
            text.push(next);
        } else if rest.next_if_eq(&close).is_some() {
            text.push(close);
        } else {
            return Ok(text);
        }
    }
    Err(syntax(
        105,
        format!("Unclosed quotation mark after the character string '{text}'."),
    ))
}

fn comment(rest: &mut Rest<'_>) -> Result<(), SqlError> {
    rest.next();
    let mut last = ' ';
    for next in rest.by_ref() {
        if last == '*' && next == '/' {
            return Ok(());
        }
        last = next;
    }
    Err(syntax(113, "Missing end comment mark '*/'.".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Token {
        Token::Word(text.to_owned())
    }

    fn named(text: &str) -> Token {
        Token::Name(text.to_owned())
    }

    #[test]
    fn takes_names_apart_as_the_server_does() {
        assert_eq!(
            tokens("DROP USER [a]]b];-- gone\nDROP /* x */ USER \"o\"\"k\"").unwrap(),
            [
                word("DROP"),
                word("USER"),
                named("a]b"),
                Token::Mark(';'),
                word("DROP"),
                word("USER"),
                named("o\"k"),
            ]
        );
        assert_eq!(
            tokens("SID = 0xAb, 'it''s'").unwrap(),
            [
                word("SID"),
                Token::Mark('='),
                Token::Binary("Ab".to_owned()),
                Token::Mark(','),
                Token::Text("it's".to_owned()),
            ]
        );
        // A name that spans lines and holds what looks like a comment is a name.
        assert_eq!(tokens("[a--\n/*]").unwrap(), [named("a--\n/*")]);
    }

    #[test]
    fn what_is_not_t_sql_has_the_servers_number() {
        for (batch, number) in [
            ("DROP USER [a", 105),
            ("'a", 105),
            ("DROP USER []", 1038),
            ("/* a", 113),
        ] {
            assert_eq!(tokens(batch).unwrap_err().number, number, "{batch}");
        }
        assert!(tokens(&format!("[{}]", "ä".repeat(128))).is_ok());
        assert_eq!(
            tokens(&format!("[{}]", "a".repeat(129)))
                .unwrap_err()
                .number,
            103
        );
        assert_eq!(
            tokens(&format!("[{}]", "😀".repeat(65)))
                .unwrap_err()
                .number,
            103
        );
    }
}
