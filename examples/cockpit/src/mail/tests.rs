use super::sink::sink;
use super::*;

fn letter(id: &str) -> Letter {
    Letter {
        to: "ada@example.com".to_owned(),
        subject: "A new device – added".to_owned(),
        text: "Hello Ada,\n.\n\nsomething happened…\n".to_owned(),
        id: id.to_owned(),
        at: UnixTime::from_secs(1_800_000_000),
    }
}

fn smtp(url: &str) -> Post {
    let url = url.parse().unwrap();
    let smtp = Smtp::new(&url, "Cockpit <no-reply@console.example.com>").unwrap();
    Post::Smtp(Box::new(smtp))
}

#[tokio::test]
async fn a_mail_server_gets_the_letter() {
    let (url, heard) = sink(true).await;
    let post = smtp(&url);
    assert!(post.folder().is_none());
    post.send(letter("0a1b")).await.unwrap();
    drop(post);

    let heard = heard.await.unwrap();
    assert!(
        heard
            .iter()
            .any(|line| line == "MAIL FROM:<no-reply@console.example.com>"),
        "{heard:?}"
    );
    assert!(
        heard.iter().any(|line| line == "RCPT TO:<ada@example.com>"),
        "{heard:?}"
    );
    let data = heard.iter().find(|line| line.contains("Subject:")).unwrap();
    for header in [
        "From: Cockpit <no-reply@console.example.com>\r\n",
        "To: ada@example.com\r\n",
        "Message-ID: <0a1b@console.example.com>\r\n",
        "Date: Fri, 15 Jan 2027 08:00:00 +0000\r\n",
        "Auto-Submitted: auto-generated\r\n",
        "Content-Type: text/plain; charset=utf-8\r\n",
    ] {
        assert!(data.contains(header), "{header} is not in\n{data}");
    }
}

#[tokio::test]
async fn a_refusal_of_the_mail_server_is_an_error() {
    let (url, _heard) = sink(false).await;
    let refused = smtp(&url).send(letter("0a1b")).await.unwrap_err();
    let MailError::Server(error) = refused else {
        panic!("{refused:?}");
    };
    assert!(error.is_permanent(), "{error:?}");
}

#[tokio::test]
async fn nothing_is_said_without_tls_where_it_is_demanded() {
    let (url, heard) = sink(true).await;
    let post = smtp(&format!("{url}?tls=required"));
    assert!(matches!(
        post.send(letter("0a1b")).await,
        Err(MailError::Server(_))
    ));
    drop(post);
    let heard = heard.await.unwrap();
    assert!(
        heard.iter().all(|line| !line.starts_with("MAIL")),
        "{heard:?}"
    );
}

#[tokio::test]
async fn an_address_that_is_none_reaches_nobody() {
    let post = smtp("smtp://127.0.0.1:9");
    for to in [
        "ada",
        "ada@example.com\r\nBcc: eve@example.com",
        "ada@@example.com",
        "",
    ] {
        let letter = Letter {
            to: to.to_owned(),
            ..letter("0a1b")
        };
        assert!(
            matches!(post.send(letter).await, Err(MailError::Address(_))),
            "{to}"
        );
    }
}

#[tokio::test]
async fn a_folder_keeps_the_newest_letters() {
    let place = tempfile::tempdir().unwrap();
    let post = Post::Folder(Folder::new(place.path().join("outbox")));
    let folder = post.folder().unwrap();
    assert_eq!(folder.letters().await.unwrap(), []);

    // The same letter twice is one letter.
    for id in ["0a", "0a", "0b"] {
        post.send(letter(id)).await.unwrap();
    }
    let kept = folder.letters().await.unwrap();
    assert_eq!(kept.len(), 2);
    let Letter {
        to,
        subject,
        text,
        at,
        ..
    } = letter("0a");
    assert_eq!(
        kept[0],
        Kept {
            at,
            to,
            subject,
            text
        }
    );

    for n in 0..100 {
        let at = UnixTime::from_secs(1_900_000_000 + n);
        post.send(Letter { at, ..letter("0c") }).await.unwrap();
    }
    let kept = folder.letters().await.unwrap();
    assert_eq!(kept.len(), 100);
    assert_eq!(kept[0].at, UnixTime::from_secs(1_900_000_099));
}
