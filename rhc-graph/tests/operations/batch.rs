//! Several requests as one.

use super::place::{GROUP, MEMBER, object};
use rhc_core::testing::refusal;
use rhc_graph::{Batch, BatchId, Group, Method, Path, Request};
use serde_json::{Value, json};

fn user(batch: &mut Batch, id: &str) -> BatchId {
    let path = Path::new("/v1.0/users").segment(id);
    batch.add(Request::new("users.get", Method::Get, path))
}

fn group(batch: &mut Batch, name: &str, after: BatchId) -> BatchId {
    let request = Request::new("groups.create", Method::Post, Path::new("/v1.0/groups"));
    batch.add_after(request.json(&Group::security(name, name)), &[after])
}

operations! {
    batch: "batch" => |graph| {
        let mut batch = Batch::new();
        let member = user(&mut batch, MEMBER);
        let made = group(&mut batch, "practices", member);
        let gone = batch.add(Request::new("groups.delete", Method::Delete, Path::new("/v1.0/groups").segment(object(GROUP).to_string())));
        let mut answers = graph.batch(&batch).await?;
        Ok((answers.read::<Value>(member)?, answers.read::<Group>(made)?, answers.take(gone)?.status))
    };
    batch_failed: "batch.missing" => |graph| {
        let mut batch = Batch::new();
        let nobody = user(&mut batch, GROUP);
        let made = group(&mut batch, "practices", nobody);
        let mut answers = graph.batch(&batch).await?;
        Ok(json!([refusal(answers.take(nobody))?, refusal(answers.take(made))?]))
    };
    batch_throttled: "batch.throttled" => |graph| {
        let policies = Path::new("/v1.0/identity/conditionalAccess/policies");
        let list = Request::new("conditionalAccess.list", Method::Get, policies);
        let mut batch = Batch::new();
        let (first, second) = (batch.add(list.clone()), batch.add(list));
        let mut answers = graph.batch(&batch).await?;
        Ok((answers.read::<Value>(first)?, answers.read::<Value>(second)?))
    };
}

refusals! {
    // What the client itself would not send.
    batch_empty: "batch.empty" => |graph| graph.request::<Value>("batch", Method::Post, Path::new("/v1.0/$batch"), Some(&json!({"requests": []}))).await;
}
