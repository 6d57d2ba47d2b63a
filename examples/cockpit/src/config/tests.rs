use super::*;

fn config(vars: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::from_env(|name| {
        let found = vars.iter().find(|(other, _)| *other == name);
        found.map(|(_, value)| OsString::from(value))
    })
}

const HOME: (&str, &str) = ("HOME", "/home/alice");

#[test]
fn nothing_is_needed_on_this_computer() {
    let config = config(&[HOME]).unwrap();
    assert_eq!(config.origin.to_string(), "http://localhost:3000");
    let listen: Vec<_> = config.listen.iter().map(ToString::to_string).collect();
    assert_eq!(listen, ["127.0.0.1:3000", "[::1]:3000"]);
    assert_eq!(
        config.data,
        Path::new("/home/alice/.local/share/mfakit-cockpit")
    );
    assert_eq!(
        config.keys,
        Path::new("/home/alice/.config/mfakit-cockpit/keys")
    );
}

#[test]
fn folders_can_be_moved() {
    let xdg = [("XDG_DATA_HOME", "/d"), ("XDG_CONFIG_HOME", "/c")];
    let moved = config(&xdg).unwrap();
    assert_eq!(moved.data, Path::new("/d/mfakit-cockpit"));
    assert_eq!(moved.keys, Path::new("/c/mfakit-cockpit/keys"));

    let own = config(&[("COCKPIT_DATA", "/data"), ("COCKPIT_KEYS", "/keys")]).unwrap();
    assert_eq!(
        (own.data.as_path(), own.keys.as_path()),
        (Path::new("/data"), Path::new("/keys"))
    );
    assert_eq!(config(&[]).unwrap_err(), ConfigError::NoHome);
}

#[test]
fn a_mail_server_is_a_choice_on_this_computer() {
    let url = "smtp://localhost:1025";
    let mailing = config(&[HOME, ("COCKPIT_SMTP_URL", url)]).unwrap();
    assert_eq!(mailing.smtp, Some(url.parse().unwrap()));
    assert!(!mailing.origin.is_https());
    let wrong = config(&[HOME, ("COCKPIT_SMTP_URL", "https://localhost")]);
    let variable = "COCKPIT_SMTP_URL";
    assert_eq!(wrong.unwrap_err(), ConfigError::Malformed { variable });
}

#[test]
fn keys_do_not_lie_beside_the_databases() {
    let beside = [("COCKPIT_DATA", "/data"), ("COCKPIT_KEYS", "/data/keys")];
    assert_eq!(config(&beside).unwrap_err(), ConfigError::KeysBesideData);
}

#[test]
fn another_port_on_this_computer_is_fine() {
    let config = config(&[HOME, ("COCKPIT_LISTEN", "[::1]:4000")]).unwrap();
    assert_eq!(config.origin.to_string(), "http://localhost:4000");
}

const COMPLETE: [(&str, &str); 4] = [
    HOME,
    ("COCKPIT_ORIGIN", "https://console.example.com"),
    ("COCKPIT_SMTP_URL", "smtps://mail.example.com"),
    ("COCKPIT_KEYS", "/run/secrets/keys"),
];

#[test]
fn elsewhere_needs_all_three() {
    let exposed = config(&[HOME, ("COCKPIT_LISTEN", "0.0.0.0:80")]).unwrap_err();
    let missing = vec!["COCKPIT_ORIGIN", "COCKPIT_SMTP_URL", "COCKPIT_KEYS"];
    assert_eq!(exposed, ConfigError::NotLocal { missing });

    for left_out in ["COCKPIT_SMTP_URL", "COCKPIT_KEYS"] {
        let rest: Vec<_> = COMPLETE
            .into_iter()
            .filter(|(name, _)| *name != left_out)
            .collect();
        let missing = vec![left_out];
        assert_eq!(
            config(&rest).unwrap_err(),
            ConfigError::NotLocal { missing }
        );
    }
}

#[test]
fn elsewhere_works_with_all_three() {
    let all = config(&COMPLETE).unwrap();
    assert_eq!(all.origin.to_string(), "https://console.example.com");
    assert_eq!(all.listen, [SocketAddr::from((Ipv4Addr::LOCALHOST, 3000))]);
    assert_eq!(all.sender(), "Cockpit <no-reply@console.example.com>");
    let named = [
        COMPLETE.as_slice(),
        &[("COCKPIT_MAIL_FROM", "it@example.com")],
    ]
    .concat();
    assert_eq!(config(&named).unwrap().sender(), "it@example.com");

    let mut proxied = COMPLETE.to_vec();
    proxied.extend([
        ("COCKPIT_LISTEN", "10.0.0.2:80"),
        ("COCKPIT_PROXY", "10.0.0.1"),
    ]);
    let proxied = config(&proxied).unwrap();
    assert_eq!(proxied.proxy, Some(IpAddr::from([10, 0, 0, 1])));
    assert_eq!(proxied.listen, [SocketAddr::from(([10, 0, 0, 2], 80))]);
}

#[test]
fn malformed_variables_are_named() {
    for (variable, value) in [
        ("COCKPIT_ORIGIN", "http://console.example.com"),
        ("COCKPIT_SMTP_URL", "mail.example.com"),
        ("COCKPIT_SMTP_URL", "smtp://"),
        ("COCKPIT_LISTEN", "localhost"),
        ("COCKPIT_LISTEN", "127.0.0.1:0"),
        ("COCKPIT_PROXY", "proxy"),
        ("COCKPIT_REQUIRE", "everything"),
        (
            "COCKPIT_RELATED_ORIGINS",
            "https://console.example.net,console.example.org",
        ),
    ] {
        let mut vars = COMPLETE.to_vec();
        vars.retain(|(name, _)| *name != variable);
        vars.push((variable, value));
        assert_eq!(
            config(&vars).unwrap_err(),
            ConfigError::Malformed { variable },
            "{value}"
        );
    }
}
