//! Another web server on this computer: somebody else's pages, and, where there is an upstream, a
//! proxy in front of it, so that pages can be put beside those of the application.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, OnceLock};
use std::thread;

/// Serves pages until the test ends.
pub(crate) struct Gateway {
    pub(crate) port: u16,
    upstream: Arc<OnceLock<u16>>,
}

/// By path.
type Pages = Arc<Vec<(&'static str, String)>>;

impl Gateway {
    pub(crate) fn start(pages: Vec<(&'static str, String)>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let pages: Pages = Arc::new(pages);
        let upstream = Arc::new(OnceLock::new());
        let to = Arc::clone(&upstream);
        // It waits for connections until the process ends: nothing of it is left behind.
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (pages, to) = (Arc::clone(&pages), Arc::clone(&to));
                // A connection that breaks is the browser's business.
                thread::spawn(move || serve(stream?, &pages, to.get().copied()));
            }
        });
        Self { port, upstream }
    }

    /// What it has no page for, goes there from now on.
    pub(crate) fn forward_to(&self, port: u16) {
        self.upstream.set(port).unwrap();
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.port)
    }
}

/// One request: the connection is closed afterwards, so that each can be looked at.
fn serve(mut client: TcpStream, pages: &Pages, upstream: Option<u16>) -> std::io::Result<()> {
    let mut reader = BufReader::new(client.try_clone()?);
    let mut head = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let name = line.to_ascii_lowercase();
        if let Some(value) = name.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line == "\r\n" {
            break;
        }
        if !name.starts_with("connection:") {
            head.push_str(&line);
        }
    }
    let path = head.split(' ').nth(1).unwrap_or_default();
    if let Some((_, html)) = pages.iter().find(|(known, _)| *known == path) {
        let length = html.len();
        return write!(
            client,
            "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n{html}"
        );
    }
    let Some(upstream) = upstream else {
        return client.write_all(
            b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        );
    };
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, upstream))?;
    write!(server, "{head}Connection: close\r\n\r\n")?;
    server.write_all(&body)?;
    std::io::copy(&mut server, &mut client)?;
    Ok(())
}
