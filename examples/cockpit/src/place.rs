//! Where a user wanted to go before something else came between: a fixed list, so that no link
//! can lead a user elsewhere.

use std::fmt;

use mfakit::{DeviceId, DeviceName};

/// A page of the application.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) enum Place {
    #[default]
    Home,
    Activity,
    Parameters,
    NewApplication,
    SetUp,
    NewKey,
    NewAddress,
    ConfirmAddress,
    Recovery,
    Operator,
    Review,
    SetUpFirst,
    Rename {
        device: DeviceId,
        /// What the user has typed already.
        name: Option<DeviceName>,
    },
    Delete(DeviceId),
    Suspend(DeviceId),
    Resume(DeviceId),
    Disable,
    Password,
}

impl Place {
    /// Reads a path with its query, as `Display` writes it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let place = match path {
            "/" => Self::Home,
            "/activity" => Self::Activity,
            "/authentication" => Self::Parameters,
            "/authentication/applications/new" => Self::NewApplication,
            "/authentication/applications/setup" => Self::SetUp,
            "/review" => Self::Review,
            "/set-up" => Self::SetUpFirst,
            "/authentication/addresses/new" => Self::NewAddress,
            "/authentication/addresses/confirm" => Self::ConfirmAddress,
            "/authentication/recovery" => Self::Recovery,
            "/operator" => Self::Operator,
            "/authentication/keys/new" => Self::NewKey,
            "/authentication/disable" => Self::Disable,
            "/authentication/password" => Self::Password,
            path => {
                let device = path.strip_prefix("/authentication/devices/")?;
                let (device, action) = device.split_once('/')?;
                let device = device.parse().ok()?;
                match action {
                    "rename" => Self::Rename {
                        device,
                        name: typed_name(query),
                    },
                    "delete" => Self::Delete(device),
                    "suspend" => Self::Suspend(device),
                    "resume" => Self::Resume(device),
                    _ => return None,
                }
            }
        };
        Some(place)
    }

    /// Reads a path of the list; anything else is the start page.
    pub(crate) fn or_home(text: &str) -> Self {
        Self::parse(text).unwrap_or_default()
    }

    /// Returns an address with this place as its `next` parameter.
    pub(crate) fn after(&self, path: &str) -> String {
        match self {
            Self::Home => path.to_owned(),
            _ => format!("{path}?{}", query("next", &self.to_string())),
        }
    }
}

fn typed_name(query: &str) -> Option<DeviceName> {
    let mut fields = form_urlencoded::parse(query.as_bytes());
    let (_, name) = fields.find(|(field, _)| field == "name")?;
    DeviceName::parse(&name).ok()
}

fn query(name: &str, value: &str) -> String {
    form_urlencoded::Serializer::new(String::new())
        .append_pair(name, value)
        .finish()
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Home => f.write_str("/"),
            Self::Activity => f.write_str("/activity"),
            Self::Parameters => f.write_str("/authentication"),
            Self::NewApplication => f.write_str("/authentication/applications/new"),
            Self::SetUp => f.write_str("/authentication/applications/setup"),
            Self::Review => f.write_str("/review"),
            Self::SetUpFirst => f.write_str("/set-up"),
            Self::NewAddress => f.write_str("/authentication/addresses/new"),
            Self::ConfirmAddress => f.write_str("/authentication/addresses/confirm"),
            Self::Recovery => f.write_str("/authentication/recovery"),
            Self::Operator => f.write_str("/operator"),
            Self::NewKey => f.write_str("/authentication/keys/new"),
            Self::Disable => f.write_str("/authentication/disable"),
            Self::Password => f.write_str("/authentication/password"),
            Self::Delete(device) => write!(f, "/authentication/devices/{device}/delete"),
            Self::Suspend(device) => write!(f, "/authentication/devices/{device}/suspend"),
            Self::Resume(device) => write!(f, "/authentication/devices/{device}/resume"),
            Self::Rename { device, name } => {
                write!(f, "/authentication/devices/{device}/rename")?;
                match name {
                    Some(name) => write!(f, "?{}", query("name", name.as_str())),
                    None => Ok(()),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_found_again() {
        let device = DeviceId::from_bytes([7; 16]);
        let name = DeviceName::parse("Anna's phone & co. ?#%").ok();
        for place in [
            Place::Home,
            Place::Activity,
            Place::Parameters,
            Place::NewApplication,
            Place::SetUp,
            Place::Disable,
            Place::Password,
            Place::Delete(device),
            Place::Suspend(device),
            Place::Resume(device),
            Place::NewKey,
            Place::NewAddress,
            Place::ConfirmAddress,
            Place::Recovery,
            Place::Operator,
            Place::Review,
            Place::SetUpFirst,
            Place::Rename { device, name: None },
            Place::Rename { device, name },
        ] {
            assert_eq!(Place::parse(&place.to_string()), Some(place));
        }
    }

    #[test]
    fn nothing_else_is_a_place() {
        for text in [
            "",
            "//evil.example",
            "https://evil.example/",
            "/\\evil.example",
            "/authentication/",
            "/authentication/../sign-out",
            "/sign-out",
            "/authentication/devices/7/delete",
            "javascript:alert(1)",
        ] {
            assert_eq!(Place::parse(text), None, "{text}");
            assert_eq!(Place::or_home(text), Place::Home);
        }
    }

    #[test]
    fn the_way_on_is_a_parameter() {
        assert_eq!(Place::Home.after("/sign-in"), "/sign-in");
        assert_eq!(
            Place::Disable.after("/confirm"),
            "/confirm?next=%2Fauthentication%2Fdisable"
        );
    }
}
