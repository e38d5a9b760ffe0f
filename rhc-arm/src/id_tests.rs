use super::*;
use std::collections::HashSet;

const SUB: &str = "/subscriptions/00000000-0000-0000-0000-000000000001";

fn id(text: &str) -> ResourceId {
    text.parse().unwrap()
}

#[test]
fn every_kind_of_id_is_taken_apart() {
    let nsg =
        format!("{SUB}/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/n");
    for (text, kind, name, parent) in [
        ("/", "Microsoft.Resources/tenants", "", None),
        (
            SUB,
            "Microsoft.Resources/subscriptions",
            "00000000-0000-0000-0000-000000000001",
            Some("/".to_owned()),
        ),
        (
            &format!("{SUB}/resourceGroups/rg"),
            "Microsoft.Resources/resourceGroups",
            "rg",
            Some(SUB.to_owned()),
        ),
        (
            &nsg,
            "Microsoft.Network/networkSecurityGroups",
            "n",
            Some(format!("{SUB}/resourceGroups/rg")),
        ),
        (
            &format!("{nsg}/securityRules/r"),
            "Microsoft.Network/networkSecurityGroups/securityRules",
            "r",
            Some(nsg.clone()),
        ),
        (
            &format!("{nsg}/providers/Microsoft.Insights/diagnosticSettings/d"),
            "Microsoft.Insights/diagnosticSettings",
            "d",
            Some(nsg.clone()),
        ),
        (
            &format!("{SUB}/providers/Microsoft.Authorization/roleAssignments/g"),
            "Microsoft.Authorization/roleAssignments",
            "g",
            Some(SUB.to_owned()),
        ),
        (
            &format!("{SUB}/providers/Microsoft.App"),
            "Microsoft.Resources/providers",
            "Microsoft.App",
            Some(SUB.to_owned()),
        ),
        (
            "/providers/Microsoft.Subscription/aliases/x",
            "Microsoft.Subscription/aliases",
            "x",
            Some("/".to_owned()),
        ),
        (
            "/providers/Microsoft.Billing/billingAccounts/a:b_2019-05-31/billingProfiles/p/invoiceSections/i",
            "Microsoft.Billing/billingAccounts/billingProfiles/invoiceSections",
            "i",
            Some(
                "/providers/Microsoft.Billing/billingAccounts/a:b_2019-05-31/billingProfiles/p"
                    .to_owned(),
            ),
        ),
    ] {
        let id = id(text);
        assert_eq!(
            (id.resource_type().as_str(), id.name()),
            (kind, name),
            "{text}"
        );
        assert_eq!(
            id.parent().map(|parent| parent.to_string()),
            parent,
            "{text}"
        );
        assert_eq!(id.to_string(), text);
    }
}

#[test]
fn scopes_come_from_the_leading_pairs_only() {
    let nested = id(&format!(
        "{SUB}/resourceGroups/RG/providers/Microsoft.ApiManagement/service/s/subscriptions/x"
    ));
    assert_eq!(
        nested.subscription().map(|id| id.to_string()).as_deref(),
        Some("00000000-0000-0000-0000-000000000001")
    );
    assert_eq!(nested.resource_group(), Some("RG"));
    assert_eq!(
        id("/providers/Microsoft.Subscription/aliases/x").subscription(),
        None
    );
    assert_eq!(
        id(&format!("{SUB}/resourcegroups/rg")).resource_group(),
        Some("rg")
    );
}

#[test]
fn case_does_not_count() {
    let (a, b) = (
        id(&format!("{SUB}/resourceGroups/Rg")),
        id(&format!("{SUB}/resourcegroups/rG")),
    );
    assert_eq!(a, b);
    assert_eq!(a.cmp(&b), Ordering::Equal);
    assert_eq!(HashSet::from([a, b]).len(), 1);
    assert_ne!(id(SUB), id(&format!("{SUB}/resourceGroups/rg")));
}

#[test]
fn composing_is_the_inverse_of_parsing() {
    let subscription = SUB.trim_start_matches("/subscriptions/").parse().unwrap();
    let group = ResourceId::of_subscription(&subscription).group("rg");
    let network = group
        .resource("Microsoft.Network/virtualNetworks", "v")
        .unwrap();
    for (composed, text) in [
        (
            ResourceId::of_subscription(&subscription)
                .resource("Microsoft.Resources/resourceGroups", "rg")
                .unwrap(),
            format!("{SUB}/resourceGroups/rg"),
        ),
        (
            network.clone(),
            format!("{SUB}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v"),
        ),
        (
            network
                .resource("microsoft.network/VirtualNetworks/subnets", "s")
                .unwrap(),
            format!(
                "{SUB}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
            ),
        ),
        (
            network
                .resource("Microsoft.Authorization/locks", "l")
                .unwrap(),
            format!(
                "{SUB}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/providers/Microsoft.Authorization/locks/l"
            ),
        ),
        (
            ResourceId::root()
                .resource("Microsoft.Subscription/aliases", "x")
                .unwrap(),
            "/providers/Microsoft.Subscription/aliases/x".to_owned(),
        ),
        (
            ResourceId::root()
                .resource("Microsoft.Resources/subscriptions", "x")
                .unwrap(),
            "/subscriptions/x".to_owned(),
        ),
    ] {
        assert_eq!(composed.as_str(), text);
    }
    let error = group
        .resource("Microsoft.Network/virtualNetworks/subnets", "s")
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("`Microsoft.Network/virtualNetworks`")
            && error.contains("`Microsoft.Resources/resourceGroups`"),
        "{error}"
    );
}

#[test]
fn what_is_no_id_is_refused_with_a_reason() {
    for (text, why) in [
        ("", "does not begin with `/`"),
        ("subscriptions/x", "does not begin with `/`"),
        ("/subscriptions/x", "`x` is not a subscription id"),
        ("/subscriptions", "nothing follows `subscriptions`"),
        (
            &format!("{SUB}/resourceGroups/"),
            "nothing follows `resourceGroups`",
        ),
        (
            &format!("{SUB}/resourceGroups//providers/A.B/c/d"),
            "is empty",
        ),
        (&format!("{SUB}/resourceGroups/../x"), "climb"),
        (&format!("{SUB}/resourceGroups/a%2Fb"), "contains"),
        (
            &format!("{SUB}/resourceGroups/rg/providers/A.B/c"),
            "nothing follows `c`",
        ),
    ] {
        let error = text.parse::<ResourceId>().unwrap_err().to_string();
        assert!(error.contains(why), "{text}: {error}");
    }
    assert_eq!(id(&format!("{SUB}/")).to_string(), SUB);
}

#[test]
fn a_services_id_is_taken_as_it_comes_and_cannot_be_asked_for_when_it_climbs() {
    let odd: ResourceId =
        serde_json::from_str("\"/subscriptions/x/resourceGroups//providers/A.B/c/d/..\"").unwrap();
    assert_eq!(
        serde_json::to_string(&odd).unwrap(),
        "\"/subscriptions/x/resourceGroups//providers/A.B/c/d/..\""
    );
    assert!(odd.path().problem().is_some());
    let root: ResourceId = serde_json::from_str("\"/\"").unwrap();
    assert_eq!(root, ResourceId::root());
    let none: ResourceId = serde_json::from_str("\"\"").unwrap();
    assert_eq!(serde_json::to_string(&none).unwrap(), "\"\"");
    assert!(none.path().problem().is_some());
}

#[test]
fn contains_goes_by_whole_segments() {
    let group = id(&format!("{SUB}/resourceGroups/rg"));
    assert!(
        group.contains(&id(&format!("{SUB}/resourcegroups/RG/providers/A.B/c/d")))
            && group.contains(&group)
    );
    assert!(
        !group.contains(&id(&format!("{SUB}/resourceGroups/rg2"))) && !group.contains(&id(SUB))
    );
    assert!(ResourceId::root().contains(&group));
}

#[test]
fn names_are_encoded_in_paths() {
    let database = id(&format!(
        "{SUB}/resourceGroups/rg/providers/Microsoft.Sql/servers/s/databases/my db#1"
    ));
    assert!(database.path().as_str().ends_with("/databases/my%20db%231"));
}

#[test]
fn a_composed_name_cannot_change_the_shape() {
    for name in ["", ".", "..", "a/b", "../../other", "a%2Fb", "a\\b", "a\nb"] {
        let group = id(SUB).group(name);
        for id in [
            group.clone(),
            group.provider("A.B/c", "d"),
            id(SUB).provider("A.B/c", name),
            id(SUB).child("c", name),
        ] {
            assert!(id.path().problem().is_some(), "{id}");
        }
        assert!(
            id(SUB)
                .resource("A.B/c", name)
                .unwrap()
                .path()
                .problem()
                .is_some(),
            "{name}"
        );
    }
}

#[test]
fn what_lies_below_an_empty_id_is_not_the_tenants() {
    let empty: ResourceId = serde_json::from_value(serde_json::json!("")).unwrap();
    for id in [
        empty
            .resource("Microsoft.Authorization/roleAssignments", "x")
            .unwrap(),
        empty.clone().group("rg"),
        empty.provider("A.B/c", "d"),
    ] {
        assert!(id.path().problem().is_some(), "{id}");
    }
}
