//! Domains.

use super::place::PENDING;
use rhc_graph::Domain;

operations! {
    get: "domains.get" => |graph| graph.domains().get("rhcqa.onmicrosoft.com").await;
    get_opt: "domains.get_opt" => |graph| graph.domains().get_opt("nobody.example.com").await;
    create: "domains.create" => |graph| graph.domains().create("new.example.com").await;
    update: "domains.update" => |graph| {
        graph.domains().verify(PENDING).await?;
        graph.domains().update(PENDING, &Domain { is_default: Some(true), ..Domain::default() }).await
    };
    verification_records: "domains.verificationDnsRecords.list" => |graph| graph.domains().verification_records(PENDING).collect_all().await;
    service_records: "domains.serviceConfigurationRecords.list" => |graph| graph.domains().service_records("rhcqa.onmicrosoft.com").collect_all().await;
    verify: "domains.verify" => |graph| graph.domains().verify(PENDING).await;
    delete: "domains.delete" => |graph| graph.domains().delete(PENDING).await;
}

refusals! {
    get_missing: "domains.get.missing" => |graph| graph.domains().get("nobody.example.com").await;
    create_taken: "domains.create.taken" => |graph| graph.domains().create(PENDING).await;
    update_unverified: "domains.update.unverified" => |graph| graph.domains().update(PENDING, &Domain { is_default: Some(true), ..Domain::default() }).await;
    verification_records_missing: "domains.verificationDnsRecords.list.missing" => |graph| graph.domains().verification_records("nobody.example.com").collect_all().await;
    service_records_missing: "domains.serviceConfigurationRecords.list.missing" => |graph| graph.domains().service_records("nobody.example.com").collect_all().await;
    verify_unproven: "domains.verify.unproven" => |graph| {
        graph.domains().create("new.example.com").await?;
        graph.domains().verify("new.example.com").await
    };
    delete_initial: "domains.delete.initial" => |graph| graph.domains().delete("rhcqa.onmicrosoft.com").await;
}
