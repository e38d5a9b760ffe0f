//! The internet's DNS.

use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;
use hickory_resolver::config::{NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use hickory_resolver::{Resolver as Hickory, TokioResolver};

use super::{RecordKind, Resolver, unknown};
use crate::engine::StepError;

/// How long one question may take.
const PATIENCE: Duration = Duration::from_secs(4);

/// How many of a zone's servers are asked; they all say the same.
const SERVERS: usize = 3;

/// Asks the zone's own servers, whose addresses this computer's resolver knows. Where they cannot be reached (some
/// networks let only their own resolver out), that resolver's word has to do.
#[derive(Debug, Default)]
pub struct Internet {
    /// For tests: a resolver in place of this computer's, and the port of every server.
    instead: Option<(IpAddr, u16)>,
}

impl Internet {
    /// With this computer's resolver.
    pub fn new() -> Self {
        Self::default()
    }

    #[cfg(test)]
    fn by(server: IpAddr, port: u16) -> Self {
        Self {
            instead: Some((server, port)),
        }
    }

    /// Who is asked for what is not known to change: which servers a zone has, and where they are.
    fn computers(&self) -> Result<TokioResolver, NetError> {
        match self.instead {
            Some((server, _)) => self.asking([server], true),
            None => fresh(Hickory::builder_tokio()?, true),
        }
    }

    fn asking(
        &self,
        servers: impl IntoIterator<Item = IpAddr>,
        recursive: bool,
    ) -> Result<TokioResolver, NetError> {
        let servers = servers.into_iter().map(|server| {
            let mut config = NameServerConfig::udp_and_tcp(server);
            if let Some((_, port)) = self.instead {
                for connection in &mut config.connections {
                    connection.port = port;
                }
            }
            // That there is none is known to the zone's server as surely as what there is.
            config.trust_negative_responses = true;
            config
        });
        let config = ResolverConfig::from_name_servers(servers.collect());
        let builder = Hickory::builder_with_config(config, TokioRuntimeProvider::default());
        fresh(builder, recursive)
    }

    /// The addresses of the servers that answer for the zone of a name.
    async fn servers(&self, computers: &TokioResolver, name: &Name) -> Vec<IpAddr> {
        let mut zone = name.base_name();
        while !zone.is_root() && zone.num_labels() > 1 {
            if let Ok(found) = computers.lookup(zone.clone(), RecordType::NS).await {
                let names = found
                    .answers()
                    .iter()
                    .filter_map(|record| match &record.data {
                        RData::NS(server) => Some(server.0.clone()),
                        _ => None,
                    });
                let names: Vec<Name> = names.take(SERVERS).collect();
                if !names.is_empty() {
                    return addresses(computers, names).await;
                }
            }
            zone = zone.base_name();
        }
        Vec::new()
    }
}

async fn addresses(computers: &TokioResolver, names: Vec<Name>) -> Vec<IpAddr> {
    let mut addresses = Vec::new();
    for name in names {
        if let Ok(found) = computers.lookup_ip(name).await {
            addresses.extend(found.iter());
        }
    }
    addresses
}

fn fresh(
    mut builder: hickory_resolver::ResolverBuilder<TokioRuntimeProvider>,
    recursive: bool,
) -> Result<TokioResolver, NetError> {
    let options = builder.options_mut();
    options.cache_size = 0;
    options.timeout = PATIENCE;
    options.use_hosts_file = ResolveHosts::Never;
    options.recursion_desired = recursive;
    builder.build()
}

async fn values(
    resolver: &TokioResolver,
    name: &Name,
    kind: RecordKind,
) -> Result<Vec<String>, NetError> {
    let wanted = match kind {
        RecordKind::A => RecordType::A,
        RecordKind::Aaaa => RecordType::AAAA,
        RecordKind::Caa => RecordType::CAA,
        RecordKind::Cname => RecordType::CNAME,
        RecordKind::Ns => RecordType::NS,
        RecordKind::Txt => RecordType::TXT,
    };
    let found = match resolver.lookup(name.clone(), wanted).await {
        Ok(found) => found,
        Err(error) if error.is_no_records_found() => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let values = found.answers().iter().filter_map(|record| {
        match (&record.data, kind) {
            (RData::CNAME(alias), RecordKind::Cname) => {
                Some(alias.0.to_ascii().trim_end_matches('.').to_owned())
            }
            // The parts of a text belong together (RFC 7208, section 3.3, for one).
            (RData::TXT(text), RecordKind::Txt) => {
                let bytes: Vec<u8> = text
                    .txt_data
                    .iter()
                    .flat_map(|part| part.to_vec())
                    .collect();
                Some(String::from_utf8_lossy(&bytes).into_owned())
            }
            (RData::A(address), RecordKind::A) => Some(address.0.to_string()),
            (RData::AAAA(address), RecordKind::Aaaa) => Some(address.0.to_string()),
            (RData::CAA(caa), RecordKind::Caa) => Some(format!(
                "{} {} \"{}\"",
                caa.flags(),
                caa.tag,
                String::from_utf8_lossy(&caa.value)
            )),
            (RData::NS(server), RecordKind::Ns) => {
                Some(server.0.to_ascii().trim_end_matches('.').to_owned())
            }
            _ => None,
        }
    });
    Ok(values.collect())
}

#[async_trait]
impl Resolver for Internet {
    async fn lookup(&self, name: &str, kind: RecordKind) -> Result<Vec<String>, StepError> {
        let failed = |error: NetError| unknown(name, kind, error);
        let full = Name::from_ascii(format!("{}.", name.trim_end_matches('.')))
            .map_err(|error| unknown(name, kind, error))?;
        let computers = self.computers().map_err(failed)?;
        let servers = self.servers(&computers, &full).await;
        if !servers.is_empty() {
            let direct = self.asking(servers, false).map_err(failed)?;
            match values(&direct, &full, kind).await {
                Ok(found) => return Ok(found),
                Err(error) => {
                    tracing::debug!(name, %error, "the zone's own servers cannot be asked from here");
                }
            }
        }
        values(&computers, &full, kind).await.map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use hickory_resolver::proto::op::{Message, MessageType, ResponseCode};
    use hickory_resolver::proto::rr::Record;
    use hickory_resolver::proto::rr::rdata::{A, AAAA, CAA, CNAME, NS, TXT};
    use tokio::net::UdpSocket;

    use super::*;

    /// What a name server says; the computer's resolver remembers that there was no proof.
    fn records(name: &str, kind: RecordType, recursive: bool) -> Option<Vec<RData>> {
        let named = |name: &str| Name::from_ascii(name).unwrap();
        Some(match (name, kind) {
            ("example.org.", RecordType::NS) => vec![RData::NS(NS(named("ns.example.org.")))],
            ("ns.example.org.", RecordType::A) => vec![RData::A(A::new(127, 0, 0, 1))],
            ("asuid.www.example.org.", RecordType::TXT) if !recursive => {
                vec![RData::TXT(TXT::new(vec![
                    "pro".to_owned(),
                    "of".to_owned(),
                ]))]
            }
            ("www.example.org.", RecordType::CNAME) => {
                vec![RData::CNAME(CNAME(named("App.example.net.")))]
            }
            ("a.example.org.", RecordType::A) => vec![RData::A(A::new(203, 0, 113, 7))],
            ("a.example.org.", RecordType::AAAA) => {
                vec![RData::AAAA(AAAA::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 7))]
            }
            ("a.example.org.", RecordType::CAA) => {
                let issuer = Some(named("digicert.com."));
                vec![RData::CAA(CAA::new_issue(false, issuer, Vec::new()))]
            }
            ("ns.example.org." | "example.org.", _) => Vec::new(),
            _ => return None,
        })
    }

    async fn name_server() -> Internet {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let at = socket.local_addr().unwrap();
        tokio::spawn(async move {
            let mut buffer = [0; 1500];
            while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
                let question = Message::from_vec(&buffer[..length]).unwrap();
                let asked = question.queries.first().unwrap();
                let (name, kind) = (asked.name().to_ascii(), asked.query_type());
                let recursive = question.metadata.recursion_desired;
                let mut answer = Message::response(question.metadata.id, question.metadata.op_code);
                answer.metadata.message_type = MessageType::Response;
                answer.metadata.authoritative = !recursive;
                answer.add_query(asked.clone());
                match records(&name, kind, recursive) {
                    Some(found) => {
                        for data in found {
                            let record = Record::from_rdata(asked.name().clone(), 60, data);
                            answer.add_answer(record);
                        }
                    }
                    None => answer.metadata.response_code = ResponseCode::NXDomain,
                }
                let _ = socket.send_to(&answer.to_vec().unwrap(), from).await;
            }
        });
        Internet::by(at.ip(), at.port())
    }

    #[tokio::test]
    async fn the_zones_own_servers_are_asked_before_somebody_who_remembers() {
        let internet = name_server().await;
        let found = internet
            .lookup("asuid.www.example.org", RecordKind::Txt)
            .await;
        assert_eq!(found.unwrap(), ["proof"]);
        let found = internet.lookup("www.example.org", RecordKind::Cname).await;
        assert_eq!(found.unwrap(), ["App.example.net"]);
    }

    #[tokio::test]
    async fn every_kind_is_answered_as_zone_files_write_it() {
        let internet = name_server().await;
        for (name, kind, wanted) in [
            ("a.example.org", RecordKind::A, "203.0.113.7"),
            ("a.example.org", RecordKind::Aaaa, "2001:db8::7"),
            (
                "a.example.org",
                RecordKind::Caa,
                "0 issue \"digicert.com.\"",
            ),
            ("example.org", RecordKind::Ns, "ns.example.org"),
        ] {
            let found = internet.lookup(name, kind).await.unwrap();
            assert_eq!(found, [wanted], "{name} {kind}");
        }
    }

    #[tokio::test]
    async fn what_is_not_there_is_no_error() {
        let internet = name_server().await;
        for name in ["other.example.org", "example.com"] {
            let found = internet.lookup(name, RecordKind::Txt).await;
            assert_eq!(found.unwrap(), [""; 0], "{name}");
        }
    }

    #[tokio::test]
    async fn that_nobody_answers_is_said_with_what_to_do() {
        // A port that was free a moment ago: nobody listens.
        let taken = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let port = taken.local_addr().unwrap().port();
        drop(taken);
        let internet = Internet::by([127, 0, 0, 1].into(), port);
        let error = internet
            .lookup("www.example.org", RecordKind::Cname)
            .await
            .unwrap_err();
        assert!(error.to_string().contains("www.example.org"), "{error}");
        assert!(error.remedy_text().unwrap().contains("port 53"));
    }
}
