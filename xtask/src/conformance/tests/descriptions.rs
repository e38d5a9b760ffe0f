//! Pandora, Swagger, metadata and OpenAPI in small.

use serde_json::{Value, json};

use super::{found, *};
use crate::conformance::{graph::Graph, operations::Bodies};

/// An operation of Pandora with a model, an enumeration and variants.
pub(super) fn pandora_file() -> Value {
    let field = |name: &str, kind: Value, required: bool| json!({"jsonName": name, "name": name, "objectDefinition": kind, "required": required, "readOnly": false});
    let reference = |name: &str| json!({"type": "Reference", "referenceName": name});
    let place = "api-definitions/resource-manager/A/2026-01-01/Shops";
    json!({
        format!("{place}/Model-Shop.json"): {"name": "Shop", "fields": [
            field("state", reference("State"), true),
            field("owner", json!({"type": "String"}), false),
            field("pay", reference("Pay"), false),
        ]},
        format!("{place}/Constant-State.json"): {"name": "State", "type": "String", "values": [{"key": "A", "value": "Open"}]},
        format!("{place}/Model-Pay.json"): {"name": "Pay", "fields": [field("kind", json!({"type": "String"}), true)], "typeHintIn": "kind", "IsParent": true},
        format!("{place}/Model-Card.json"): {"name": "Card", "fields": [field("number", json!({"type": "Integer"}), true)],
            "typeHintIn": "kind", "discriminatedParentModelName": "Pay", "discriminatedTypeValue": "Card"},
        format!("{place}/ResourceId-ShopId.json"): {"name": "ShopId", "id": "/subscriptions/{subscriptionId}/providers/A.B/shops/{shopName}"},
        format!("{place}/Operation-Put.json"): {"name": "Put", "httpMethod": "PUT", "resourceIdName": "ShopId", "longRunning": true,
            "expectedStatusCodes": [200, 202], "requestObject": reference("Shop"), "responseObject": reference("Shop"),
            "options": [{"queryString": "force", "required": false}]},
        format!("{place}/Operation-List.json"): {"name": "List", "httpMethod": "GET", "resourceIdName": "ShopId", "uriSuffix": "/items",
            "expectedStatusCodes": [200], "responseObject": reference("Shop"), "fieldContainingPaginationDetails": "nextLink"},
    })
}

#[test]
fn pandora_is_read() {
    let mut catalogue = Catalogue::default();
    pandora::read(&pandora_file(), &mut catalogue).unwrap();
    assert_eq!(catalogue.len(), 2);
    let operations = catalogue.find("PUT", "/subscriptions/1/providers/a.b/shops/x");
    let Bodies::Known {
        request: Some(shop),
        ..
    } = &operations[0].bodies
    else {
        panic!("{operations:?}");
    };
    assert_eq!(
        found(
            shop,
            &json!({"state": "OPEN", "pay": {"kind": "Card", "number": 1}}),
            Way::Request
        ),
        []
    );
    assert_eq!(
        found(
            shop,
            &json!({"state": "Ajar", "pay": {"kind": "Card"}, "x": 1}),
            Way::Request
        )
        .len(),
        3
    );
    let operations = catalogue.find("GET", "/subscriptions/1/providers/a.b/shops/x/items");
    let Bodies::Known {
        answer: Some(page), ..
    } = &operations[0].bodies
    else {
        panic!("{operations:?}");
    };
    assert_eq!(
        found(page, &json!({"value": [{"state": "Open"}]}), Way::Answer),
        []
    );
    assert_eq!(found(page, &json!({"value": [{}]}), Way::Answer).len(), 1);
}

#[test]
fn swagger_is_read_over_several_files() {
    let folder = std::env::temp_dir().join(format!("conformance-swagger-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("common")).unwrap();
    let spec = json!({
        "paths": {"/shops/{name}": {"put": {
            "parameters": [{"in": "path", "name": "name"}, {"in": "body", "name": "shop", "schema": {"$ref": "#/definitions/Shop"}}],
            "responses": {"200": {"description": "", "schema": {"$ref": "#/definitions/Shop"}}, "201": {"description": ""}},
        }}},
        "definitions": {
            "Shop": {"allOf": [{"$ref": "./common/types.json#/definitions/Thing"}], "required": ["state"], "properties": {
                "state": {"type": "string", "enum": ["Open"]}, "goods": {"type": "array", "items": {"$ref": "#/definitions/Good"}}}},
            "Good": {"type": "object", "discriminator": "kind", "required": ["kind"], "properties": {"kind": {"type": "string"}}},
            "Fruit": {"x-ms-discriminator-value": "Fruit", "allOf": [{"$ref": "#/definitions/Good"}], "properties": {"ripe": {"type": "boolean"}}},
        },
    });
    let common = json!({"definitions": {"Thing": {"properties": {"id": {"type": "string", "readOnly": true}}}}});
    std::fs::write(folder.join("shops.json"), spec.to_string()).unwrap();
    std::fs::write(folder.join("common/types.json"), common.to_string()).unwrap();
    let files = swagger::Files::default();
    let (request, answer) = files
        .bodies(&folder.join("shops.json"), "/shops/{name}", "PUT", 200)
        .unwrap();
    let (request, answer) = (request.unwrap(), answer.unwrap());
    assert_eq!(
        found(
            &request,
            &json!({"state": "open", "goods": [{"kind": "Fruit", "ripe": true}]}),
            Way::Request
        ),
        []
    );
    assert_eq!(
        found(&answer, &json!({"id": "1", "state": "Open"}), Way::Answer),
        []
    );
    let wrong =
        json!({"id": "1", "goods": [{"kind": "Fruit", "ripe": 1}, {"kind": "Stone"}], "x": 1});
    assert_eq!(found(&request, &wrong, Way::Request).len(), 5);
    let (_, none) = files
        .bodies(&folder.join("shops.json"), "/shops/{name}", "PUT", 201)
        .unwrap();
    assert!(none.is_none());
    assert!(
        files
            .bodies(&folder.join("shops.json"), "/none", "PUT", 200)
            .is_err()
    );
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Things, some of which are shops, with an action.
pub(super) fn graph() -> Graph {
    let text = |nullable: bool| json!({"type": "Edm.String", "nullable": nullable});
    let mut metadata = csdl::read(&json!({
        "types": {
            "microsoft.graph.thing": {"kind": "EntityType", "base": null, "props": {"id": text(false)}, "nav": {}},
            "microsoft.graph.shop": {"kind": "EntityType", "base": "graph.thing", "props": {
                "name": text(true), "state": {"type": "graph.state", "nullable": false}, "opened": {"type": "Edm.DateTimeOffset", "nullable": true},
                "tags": {"type": "Collection(Edm.String)", "nullable": false}}, "nav": {"parts": {"type": "Collection(graph.thing)"}}},
        },
        "enums": {"microsoft.graph.state": {"flags": false, "members": {"open": "0", "closed": "1"}}},
        "entitySets": {"shops": "microsoft.graph.shop", "things": "microsoft.graph.thing"},
        "singletons": {},
    }))
    .unwrap();
    let module = "
openapi: 3.0.1
paths:
  /shops:
    post:
      operationId: shops_create
      requestBody:
        content:
          application/json:
            schema:
              $ref: '#/components/schemas/microsoft.graph.shop'
      responses:
        2XX:
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/microsoft.graph.shop'
    get:
      operationId: shops_list
      parameters:
        - $ref: '#/components/parameters/filter'
        - name: $select
          in: query
      responses:
        2XX:
          $ref: '#/components/responses/shops'
  '/shops/{shop-id}/microsoft.graph.close':
    post:
      operationId: shops_close
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                why:
                  type: string
      responses:
        '204':
          description: Success
components:
  parameters:
    filter:
      name: $filter
      in: query
  responses:
    shops:
      content:
        application/json:
          schema:
            $ref: '#/components/schemas/shops'
  schemas:
    microsoft.graph.shop:
      type: object
    shops:
      type: object
      properties:
        value:
          type: array
          items:
            $ref: '#/components/schemas/microsoft.graph.shop'
";
    let operations = openapi::read(module, &mut metadata).unwrap();
    let permissions = Permissions::read(&json!({"permissions": {"Shop.ReadWrite": {"pathSets": [
        {"methods": ["GET", "POST"], "paths": {"/shops": ""}},
        {"methods": ["POST"], "paths": {"/shops/{id}/close": ""}},
        {"methods": ["GET"], "paths": {"/shops/{id}/parts": ""}},
    ]}}}))
    .unwrap();
    Graph::of(metadata, operations, permissions)
}

#[test]
fn metadata_knows_what_extends_what() {
    let graph = graph();
    let shop = graph.named("shop").unwrap();
    assert_eq!(
        found(
            &shop,
            &json!({"id": "1", "name": null, "state": "OPEN", "tags": ["a"], "extension_x_y": 1, "tags@odata.type": "x"}),
            Way::Request
        ),
        []
    );
    let wrong = json!({"nmae": "a", "state": "ajar", "tags": "a", "opened": "today"});
    assert_eq!(found(&shop, &wrong, Way::Request).len(), 4);
    assert_eq!(
        found(&shop, &json!({"tags": null}), Way::Answer),
        [("tags".to_owned(), "null".to_owned())]
    );
    let thing = graph.named("thing").unwrap();
    let as_shop = json!({"@odata.type": "#microsoft.graph.shop", "name": "a"});
    assert_eq!(found(&thing, &as_shop, Way::Answer), []);
    assert_eq!(found(&thing, &json!({"name": "a"}), Way::Answer).len(), 1);
    assert_eq!(
        found(
            &thing,
            &json!({"@odata.type": "#microsoft.graph.ship"}),
            Way::Answer
        )
        .len(),
        1
    );
}

#[test]
fn paths_are_found_in_modules_or_else_by_metadata_and_permissions() {
    let graph = graph();
    assert_eq!(
        graph.find("POST", "/shops/1/close").unwrap().path,
        "/shops/{shop-id}/close"
    );
    let parts = graph.find("GET", "/shops/1/parts").unwrap();
    assert_eq!(parts.path, "/shops/{id}/parts");
    assert_eq!(
        found(
            &parts.answer.unwrap(),
            &json!({"value": [{"id": "1", "x": 1}]}),
            Way::Answer
        )
        .len(),
        1
    );
    assert!(graph.find("DELETE", "/shops/1/parts").is_none());
    assert!(graph.find("GET", "/ships").is_none());
    assert_eq!(graph.permissions.of("POST", "/shops/1/close").len(), 1);
    assert_eq!(
        graph.permissions.of("POST", "/shops(name='1')/close").len(),
        1
    );
    assert!(graph.permissions.of("GET", "/shops/1/close").is_empty());
}

/// A module whose types say in three ways what only the service writes.
const READ_ONLY: &str = "paths: {}
components:
  schemas:
    microsoft.graph.thing:
      title: thing
      properties:
        id:
          type: string
          description: The identifier. Read-only.
    microsoft.graph.shop:
      allOf:
        - $ref: '#/components/schemas/microsoft.graph.thing'
        - properties:
            name:
              type: string
              description: The name. Not read-only any more.
            opened:
              type: string
              readOnly: true
            tags:
              type: array
              description: 'Words. This property is read-only. Nullable.'
";

#[test]
fn what_only_the_service_of_graph_writes_is_seen_when_it_is_sent() {
    let mut metadata = csdl::read(&json!({
        "types": {
            "microsoft.graph.thing": {"kind": "EntityType", "base": null, "props": {"id": {"type": "Edm.String"}}, "nav": {}},
            "microsoft.graph.shop": {"kind": "EntityType", "base": "graph.thing", "props": {
                "name": {"type": "Edm.String"}, "opened": {"type": "Edm.DateTimeOffset"}, "tags": {"type": "Collection(Edm.String)"}}, "nav": {}},
        },
        "enums": {}, "entitySets": {}, "singletons": {},
    }))
    .unwrap();
    openapi::read(READ_ONLY, &mut metadata).unwrap();
    let graph = Graph::of(metadata, Vec::new(), Permissions::default());
    let shop = graph.named("shop").unwrap();
    let whole = json!({"id": "1", "name": "a", "opened": "2026-01-01T00:00:00Z", "tags": ["a"]});
    let says = "only the service writes it, and it was sent".to_owned();
    let wanted: Vec<_> = ["id", "opened", "tags"]
        .map(|name| (name.to_owned(), says.clone()))
        .to_vec();
    assert_eq!(found(&shop, &whole, Way::Request), wanted);
    assert_eq!(found(&shop, &whole, Way::Change), wanted);
    assert_eq!(found(&shop, &whole, Way::Answer), []);
    assert_eq!(found(&shop, &json!({"name": "a"}), Way::Request), []);
}
