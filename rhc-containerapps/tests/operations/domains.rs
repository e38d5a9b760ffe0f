//! Host names of one's own, and both kinds of certificates.

use super::place::{HOST, app_id, certificate, environment_id, group, managed_certificate, text};
use rhc_containerapps::BindingType;
use serde_json::json;

operations! {
    app_hostname: "apps.analyse_hostname", Hostname => |containers| containers.analyse_hostname(&app_id(), HOST).await;
    app_domains_update: "apps.update.domains", Hostname => |containers| {
        let change = json!({ "properties": { "configuration": { "ingress": { "customDomains": [] } } } });
        containers.apps(group()).update("web", &change).await
    };
    managed_certificate_life: "managedCertificates", Hostname => |containers| {
        let certificates = containers.managed_certificates(&environment_id());
        let made = certificates.put("www", &managed_certificate()).await?;
        let read = certificates.get("www").await?;
        let tags = json!({ "tags": { "rhc-app": "hp2" } });
        let tagged = certificates.update("www", &tags).await?;
        let listed = certificates.list().collect_all().await?;
        certificates.delete("www").await?;
        let gone = certificates.get_opt("www").await?.is_none();
        Ok(json!({ "made": made, "read": read, "tagged": tagged, "listed": listed.len(), "gone": gone }))
    };
    certificate_life: "certificates", Environment => |containers| {
        let certificates = containers.certificates(&environment_id());
        let made = certificates.put("own", &certificate()).await?;
        let read = certificates.get("own").await?;
        let tags = json!({ "tags": { "rhc-app": "hp2" } });
        let tagged = certificates.update("own", &tags).await?;
        let listed = certificates.list().collect_all().await?;
        certificates.delete("own").await?;
        let gone = certificates.get_opt("own").await?.is_none();
        Ok(json!({ "made": made, "same": made == read, "tagged": tagged.tags, "listed": listed.len(), "gone": gone }))
    };
}

refusals! {
    app_hostname_of_a_missing_one: "apps.analyse_hostname.missing", Environment => |containers| containers.analyse_hostname(&app_id(), HOST).await;
    app_domain_of_somebody_else: "apps.update.domains.notProven", App => |containers| {
        let domains = json!([{ "name": HOST, "bindingType": BindingType::Disabled }]);
        let change = json!({ "properties": { "configuration": { "ingress": { "customDomains": domains } } } });
        containers.apps(group()).update("web", &change).await
    };
    managed_certificate_of_no_hostname: "managedCertificates.put.noHostname", App => |containers| {
        containers.managed_certificates(&environment_id()).put("www", &managed_certificate()).await
    };
    managed_certificate_that_is_missing: "managedCertificates.get.missing", Environment => |containers| {
        containers.managed_certificates(&environment_id()).get("www").await
    };
    certificate_of_nothing: "certificates.put.noSource", Environment => |containers| {
        let mut certificate = certificate();
        certificate.properties.value = None;
        containers.certificates(&environment_id()).put("own", &certificate).await
    };
    certificate_that_is_missing: "certificates.get.missing", Environment => |containers| {
        containers.certificates(&environment_id()).get("own").await
    };
    certificate_in_use: "certificates.delete.inUse", Hostname => |containers| {
        let certificates = containers.certificates(&environment_id());
        let made = certificates.put("own", &certificate()).await?;
        let mut app = containers.apps(group()).get("web").await?;
        let ingress = app.properties.configuration.as_mut().and_then(|own| own.ingress.as_mut());
        for domain in ingress.and_then(|own| own.custom_domains.as_mut()).into_iter().flatten() {
            domain.binding_type = Some(BindingType::SniEnabled);
            domain.certificate_id = text(made.require_id()?.as_str());
        }
        containers.apps(group()).put("web", &app).await?;
        certificates.delete("own").await
    };
}
