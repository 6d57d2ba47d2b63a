//! As much of a mail server as a test needs.

use std::io;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What one client says to a mail server, until it is content or gone.
async fn converse(stream: TcpStream, takes: bool) -> io::Result<Vec<String>> {
    let mut stream = BufReader::new(stream);
    let mut said = Vec::new();
    stream.write_all(b"220 sink.example ESMTP\r\n").await?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(said);
        }
        let line = line.trim_end().to_owned();
        let answer = match line.split(' ').next().unwrap_or_default() {
            "EHLO" => "250-sink.example\r\n250 8BITMIME\r\n",
            "RCPT" if !takes => "550 no such mailbox\r\n",
            "DATA" => "354 go on\r\n",
            "QUIT" => "221 bye\r\n",
            _ => "250 fine\r\n",
        };
        said.push(line.clone());
        stream.write_all(answer.as_bytes()).await?;
        if line == "DATA" {
            let mut data = Vec::new();
            while !data.ends_with(b"\r\n.\r\n") {
                data.push(stream.read_u8().await?);
            }
            said.push(String::from_utf8_lossy(&data).into_owned());
            stream.write_all(b"250 taken\r\n").await?;
        }
    }
}

/// A mail server for one client: its address, and what it will have heard.
pub(crate) async fn sink(takes: bool) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let heard = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        converse(stream, takes).await.unwrap()
    });
    (url, heard)
}
