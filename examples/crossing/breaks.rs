//! The links of the way, each broken once.

use std::error::Error as _;
use std::fmt::Write as _;

use rhc_core::{AppId, Cloud, ObjectId};
use rhc_sql_identity::fake::{TdsServers, Vantage};
use rhc_sql_identity::{Databases, Sid, SqlError};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Said;
use super::place::{HOST, HP2, Place};

/// Something that is wrong.
pub(super) struct Break {
    /// What, in words.
    pub(super) what: &'static str,
    bend: fn(&mut Place) -> Said,
}

/// In the order of the way.
pub(super) const BREAKS: &[Break] = &[
    Break {
        what: "The app asks for an identity that it does not have.",
        bend: |place| {
            place.asks_as = Some(AppId::new(Uuid::from_u128(9)));
            Ok(())
        },
    },
    Break {
        what: "A tenant is asked that is not there.",
        bend: |place| {
            place.asked = Uuid::from_u128(0xdead);
            Ok(())
        },
    },
    Break {
        what: "The bridge app trusts nobody.",
        bend: |place| place.set_registration(&HP2, "federatedIdentityCredentials", json!([])),
    },
    Break {
        what: "It trusts another issuer: the databases' tenant in place of the identity's own.",
        bend: |place| {
            let issuer = format!("https://login.microsoftonline.com/{}/v2.0", place.database);
            trust(place, "issuer", issuer.into())
        },
    },
    Break {
        what: "It trusts another subject: the identity's client id in place of its object id.",
        bend: |place| {
            let (_, client) = place.ids(&HP2)?;
            trust(place, "subject", client.to_string().into())
        },
    },
    Break {
        what: "It trusts another audience: that of the US Government's cloud.",
        bend: |place| {
            trust(
                place,
                "audiences",
                json!(["api://AzureADTokenExchangeUSGov"]),
            )
        },
    },
    Break {
        what: "The bridge app has no service principal in the databases' tenant.",
        bend: |place| place.set_principal(&HP2, None),
    },
    Break {
        what: "Its service principal there is disabled.",
        bend: |place| place.set_principal(&HP2, Some(("accountEnabled", false.into()))),
    },
    Break {
        what: "The app's own tenant is asked for the token: every link holds, and the server does not take it.",
        bend: |place| {
            place.asked = place.home;
            Ok(())
        },
    },
    Break {
        what: "The user was made from the service principal's object id.",
        bend: |place| {
            place.grant(
                &HP2,
                Sid::of_object(ObjectId::new(Uuid::from_u128(0x0b_1ec7))),
            );
            Ok(())
        },
    },
    Break {
        what: "The app does not come through the private endpoint, and public access is off.",
        bend: |place| {
            place.from = Vantage::OUTSIDE;
            Ok(())
        },
    },
    Break {
        what: "Public access is on, and the server's firewall has no rule for the address.",
        bend: |place| {
            place.from = Vantage::OUTSIDE;
            place.set_server("", &json!({"publicNetworkAccess": "Enabled"}));
            Ok(())
        },
    },
    Break {
        what: "The database is moving, and will be there again.",
        bend: |place| {
            place.set_server("/databases/hp2_db", &json!({"status": "Resuming"}));
            Ok(())
        },
    },
    Break {
        what: "The gateway leads to a host outside of the cloud.",
        bend: |place| {
            place
                .servers
                .route(HOST, "worker.database.windows.net.example.com", 11_000);
            Ok(())
        },
    },
    Break {
        what: "Somebody else answers under the server's name, with a certificate of his own.",
        bend: |place| {
            place.root = TdsServers::new(&place.world)?.root_certificate().to_owned();
            Ok(())
        },
    },
];

fn trust(place: &Place, name: &str, value: Value) -> Said {
    let mut own = place.trust(&HP2)?;
    own[name] = value;
    place.set_registration(&HP2, "federatedIdentityCredentials", json!([own]))
}

/// Breaks a link of a way that was whole, and tells what is said then.
pub(super) async fn tell(out: &mut String, broken: &Break) -> Said {
    let mut place = Place::new().await?;
    (broken.bend)(&mut place)?;
    let found = place
        .credential(&HP2)?
        .diagnose(&Cloud::public().sql_scope)
        .await;
    if let Some(own) = &found.broken {
        writeln!(out, "   BAD  {}: {}", own.link, own.what)?;
        writeln!(out, "   do   {}", own.remedy)?;
        return Ok(());
    }
    writeln!(out, "   ok   every link up to the token")?;
    let address = place.address(HP2.database)?;
    let Err(error) = place.databases(&HP2)?.open(&address).await else {
        return Err(format!("{}: and yet {address} opens", broken.what).into());
    };
    let said = error
        .source()
        .and_then(|own| own.downcast_ref::<SqlError>());
    match said.and_then(|own| Some((own, own.remedy()?))) {
        Some((said, remedy)) => {
            writeln!(out, "   BAD  login: {said}")?;
            writeln!(out, "   do   {remedy}")?;
        }
        None => writeln!(out, "   BAD  login: {}", error.message())?,
    }
    Ok(())
}
