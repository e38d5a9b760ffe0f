//! Commands made of requests.

use serde_json::json;

use super::place::Place;
use super::*;
use crate::engine::{Meta, Stage, TenantKey};

const GROUP: &str = "https://management.azure.com/subscriptions/⟦sub⟧/resourceGroups/net";

fn request(method: &str, url: &str, body: Json) -> Part {
    Part::Http(Box::new(Request {
        tenant: Some("a.example".to_owned()),
        method: method.to_owned(),
        url: url.to_owned(),
        headers: Vec::new(),
        body: (!body.is_null()).then_some(body),
        unless: None,
        then: None,
    }))
}

fn step(parts: impl IntoIterator<Item = Part>) -> Item {
    let tenant = TenantKey::new("a");
    Item {
        meta: Meta::new("a", Stage::DATABASE, tenant, "kind", "name"),
        parts: parts.into_iter().collect(),
        reads: Vec::new(),
    }
}

#[test]
fn an_address_says_what_it_is_about() {
    let of = |method: &str, url: &str| {
        let place = Place::of(method, &format!("{url}?api-version=1")).unwrap();
        (place.kind, place.scope.unwrap_or_default(), place.names)
    };
    let azure = |path: &str| of("PUT", &format!("https://management.azure.com{path}"));
    assert_eq!(
        azure("/subscriptions/s/resourcegroups/g"),
        (
            "PUT Microsoft.Resources/resourceGroups".to_owned(),
            String::new(),
            vec!["g".to_owned()]
        )
    );
    let (kind, scope, names) =
        azure("/subscriptions/s/resourceGroups/g/providers/A.B/cs/c/providers/D.E/fs/f/gs/g");
    assert_eq!(kind, "PUT D.E/fs/gs");
    assert_eq!(
        scope,
        "/subscriptions/s/resourceGroups/g/providers/A.B/cs/c"
    );
    assert_eq!(names, ["f", "g"]);
    // On a whole subscription it is another kind of request.
    assert_eq!(
        azure("/subscriptions/s/providers/D.E/fs/f").0,
        "PUT subscription D.E/fs"
    );
    let (kind, _, names) = of(
        "POST",
        "https://management.azure.com/subscriptions/s/providers/A.B/register",
    );
    assert_eq!(kind, "POST Microsoft.Resources/providers");
    assert_eq!(names, ["A.B"]);
    let (kind, _, names) = of(
        "PATCH",
        "https://graph.microsoft.com/v1.0/applications(uniqueName='x')",
    );
    assert_eq!(
        (kind.as_str(), names),
        ("PATCH /applications(uniqueName='{}')", vec!["x".to_owned()])
    );
    let (kind, _, names) = of(
        "POST",
        "https://graph.microsoft.com/v1.0/groups/⟦g⟧/members/$ref",
    );
    assert_eq!(
        (kind.as_str(), names),
        ("POST /groups/{}/members/$ref", vec!["⟦g⟧".to_owned()])
    );
    for other in [
        "https://api.github.com/repos/o/r",
        "https://v.vault.azure.net/certificates/c",
        "https://management.azure.com/subscriptions/s",
        "https://management.azure.com/providers",
    ] {
        assert_eq!(Place::of("PUT", other), None, "{other}");
    }
}

#[test]
fn what_no_option_carries_is_said_beside_the_command() {
    let body = json!({
        "location": "east us",
        "tags": {"a": "b", "c": "d e"},
        "properties": {
            "addressSpace": {"addressPrefixes": ["10.0.0.0/16", "10.1.0.0/16"]},
            "encryption": {"enabled": true},
            "subnets": [{"name": "x"}],
        },
    });
    let url = format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/v?api-version=1");
    let step = step([request("PUT", &url, body)]);
    assert_eq!(
        of_cli(&step).unwrap(),
        "# does not carry: properties.encryption.enabled, properties.subnets[0].name\n\
         az network vnet create --subscription \"${sub}\" --resource-group net --name v --location \"east us\" \
         --address-prefixes 10.0.0.0/16 10.1.0.0/16 --tags a=b \"c=d e\"\n\
         az network vnet show --subscription \"${sub}\" --resource-group net --name v\n"
    );
    assert_eq!(
        of_modules(&step).unwrap(),
        "Set-AzContext -Subscription \"${sub}\" | Out-Null\n\
         # does not carry: properties.encryption.enabled, properties.subnets[0].name\n\
         New-AzVirtualNetwork -ResourceGroupName \"net\" -Name \"v\" -Location \"east us\" -AddressPrefix \"10.0.0.0/16\", \"10.1.0.0/16\" \
         -Tag @{ 'a' = \"b\"; 'c' = \"d e\" } # Az.Network\n"
    );
}

#[test]
fn what_a_command_does_by_itself_is_carried_only_if_it_is_that() {
    let link = |registers: bool, location: &str| {
        let url = format!(
            "{GROUP}/providers/Microsoft.Network/privateDnsZones/z/virtualNetworkLinks/l?api-version=1"
        );
        let properties = json!({"registrationEnabled": registers, "virtualNetwork": {"id": "/v"}});
        let part = request(
            "PUT",
            &url,
            json!({"location": location, "properties": properties}),
        );
        of_modules(&step([part])).unwrap()
    };
    let usual = link(false, "global");
    assert!(
        !usual.contains("carry") && !usual.contains("-EnableRegistration"),
        "{usual}"
    );
    assert!(link(true, "global").contains(" -EnableRegistration "));
    assert!(link(false, "eastus").contains("# does not carry: location\n"));
}

#[test]
fn a_step_with_nothing_of_its_own_has_no_shorter_way_and_one_with_something_says_what_has_none() {
    let unknown = || {
        request(
            "PUT",
            &format!("{GROUP}/providers/A.B/cs/⟦c⟧?api-version=1"),
            json!({"a": 1}),
        )
    };
    assert_eq!(of_cli(&step([unknown()])), None);
    assert_eq!(of_modules(&step([unknown()])), None);
    let register = request(
        "POST",
        "https://management.azure.com/subscriptions/s/providers/A.B/register?api-version=1",
        Json::Null,
    );
    assert_eq!(
        of_cli(&step([unknown(), register])).unwrap(),
        "# as a request only: PUT https://management.azure.com/subscriptions/${sub}/resourceGroups/net/providers/A.B/cs/${c}\n\
         az provider register --subscription s --namespace A.B\n\
         az provider show --subscription s --namespace A.B\n"
    );
}

#[test]
fn the_cmdlets_of_graph_take_the_body_as_it_is_and_the_headers() {
    let mut part = request(
        "PATCH",
        "https://graph.microsoft.com/v1.0/groups(uniqueName='x')",
        json!({"a": 1}),
    );
    if let Part::Http(request) = &mut part {
        request
            .headers
            .push(("prefer".to_owned(), "create-if-missing".to_owned()));
    }
    assert_eq!(
        of_modules(&step([part])).unwrap(),
        "Update-MgGroupByUniqueName -UniqueName \"x\" -Headers @{ 'prefer' = \"create-if-missing\" } -BodyParameter $body # Microsoft.Graph.Groups\n"
    );
}

#[test]
fn each_kind_of_request_stands_in_a_table_once() {
    for table in [cli::ROWS, modules::AZ, modules::GRAPH] {
        let kinds: BTreeSet<_> = table.iter().map(|row| row.of).collect();
        assert_eq!(kinds.len(), table.len());
    }
}

#[test]
fn a_step_that_opens_a_door_has_no_shorter_way() {
    let role = |method: &str, body: Json| {
        let url =
            format!("{GROUP}/providers/Microsoft.Authorization/roleAssignments/r?api-version=1");
        request(method, &url, body)
    };
    let given = || {
        role(
            "PUT",
            json!({"properties": {"principalId": "p", "roleDefinitionId": "/d"}}),
        )
    };
    assert!(of_cli(&step([given()])).is_some());
    assert_eq!(of_cli(&step([given(), role("DELETE", Json::Null)])), None);
}
