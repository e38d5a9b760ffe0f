//! Files in a branch: read, and committed one at a time.

use azure_core::base64;
use rhc_core::{Error, ErrorKind, Method, Path, Result, model};
use serde_json::{Value, json};

use super::client::RepositoryClient;

model! {
    /// A file of a branch.
    File {
        /// Where it lies.
        path: String,
        /// The id of what is in it; whoever changes it says which it replaces.
        sha: String,
        /// What is in it, as base64 with line ends in between.
        content: String,
        /// `base64`.
        encoding: String,
    }
}

impl File {
    /// What is in it, as text.
    ///
    /// # Errors
    /// Where it is no text, or too large to be in the answer (over 1 MB).
    pub fn text(&self) -> Result<String> {
        let wrong = |why: &str| {
            let path = self.path.as_deref().unwrap_or_default();
            Error::new(ErrorKind::Decode, "file.get", format!("{path} {why}"))
        };
        if self.encoding.as_deref() != Some("base64") {
            return Err(wrong("is not in GitHub's answer: is it larger than 1 MB?"));
        }
        let lines = self.content.iter().flat_map(|text| text.split_whitespace());
        let bytes = base64::decode(lines.collect::<String>())
            .map_err(|error| wrong("is no base64").with_source(error))?;
        String::from_utf8(bytes).map_err(|error| wrong("is no text").with_source(error))
    }
}

impl RepositoryClient {
    fn contents(&self, file: &str) -> Path {
        self.path().fixed("/contents").segments(file.split('/'))
    }

    /// Reads a file of a branch; nothing where there is none.
    /// Page: [get repository content](https://docs.github.com/rest/repos/contents#get-repository-content).
    ///
    /// # Errors
    /// 401 where the token is not accepted.
    pub async fn file(&self, file: &str, branch: &str) -> Result<Option<File>> {
        let request = self
            .get_request("file.get", self.contents(file))
            .query("ref", branch);
        self.read_opt(request).await
    }

    /// Commits a file to a branch. `replaces` is the `sha` of the file that is there, and nothing where there is none.
    /// Page: [create or update file contents](https://docs.github.com/rest/repos/contents#create-or-update-file-contents).
    ///
    /// # Errors
    /// 409 where another is there by now, 422 where one is there and none was named, 404 where there is no such branch or
    /// the token may not write workflows.
    pub async fn put_file(
        &self,
        file: &str,
        branch: &str,
        text: &str,
        message: &str,
        replaces: Option<&str>,
    ) -> Result<()> {
        let mut body = json!({
            "message": message,
            "content": base64::encode(text),
            "branch": branch,
        });
        if let Some(sha) = replaces {
            body["sha"] = Value::from(sha);
        }
        let request = self
            .request("file.put", Method::Put, self.contents(file))
            .json(&body);
        self.send(request).await.map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_across_line_ends_and_only_if_it_is_there() {
        let file = |content: &str, encoding: &str| {
            let body = json!({"path": "a.yml", "content": content, "encoding": encoding});
            serde_json::from_value::<File>(body).unwrap().text()
        };
        assert_eq!(file("b246IHB1\nc2gK\n", "base64").unwrap(), "on: push\n");
        for (content, encoding) in [("", "none"), ("%%%", "base64"), ("/w==", "base64")] {
            assert!(file(content, encoding).is_err(), "{content}");
        }
    }
}
