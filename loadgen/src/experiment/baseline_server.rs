//! A server that does no work: a run against it measures the load generator and the machine.

use std::cell::Cell;
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::thread;

use results::Protocol;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, LocalOptions};

/// Size of one read, in bytes.
const CHUNK_BYTES: usize = 64 << 10;

/// First bytes of requests that do not count: INFO and GET, sent alone before and after the load.
const INFO: &[u8] = b"*1\r\n$4\r\nINFO";
const GET: &[u8] = b"*2\r\n$3\r\nGET";

/// Starts it on a free loopback port, on one thread of this process; it runs until the process ends.
///
/// It parses nothing. For plain echo it returns the bytes received. For RESP it is one counter for all keys: it answers each
/// `*`, the start of a request, with the next integer. If INFO or GET comes first, it returns the latest integer.
///
/// # Errors
/// If no port is free, or no thread can be started.
pub fn start(protocol: Protocol) -> io::Result<SocketAddr> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let runtime = move || {
        Builder::new_current_thread()
            .enable_io()
            .build_local(LocalOptions::default())
    };
    thread::Builder::new()
        .name("baseline server".to_owned())
        .spawn(move || runtime()?.block_on(serve(listener, protocol)))?;
    Ok(address)
}

async fn serve(listener: std::net::TcpListener, protocol: Protocol) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    let count = Rc::new(Cell::new(0));
    loop {
        let (peer, _) = listener.accept().await?;
        peer.set_nodelay(true)?;
        tokio::task::spawn_local(answer(peer, protocol, count.clone()));
    }
}

/// Answers requests until the client disconnects.
async fn answer(mut peer: TcpStream, protocol: Protocol, count: Rc<Cell<u64>>) -> io::Result<()> {
    let (mut input, mut output) = (vec![0; CHUNK_BYTES], Vec::new());
    loop {
        let read = peer.read(&mut input).await?;
        let bytes = &input[..read];
        if bytes.is_empty() {
            return Ok(());
        }
        output.clear();
        match protocol {
            Protocol::Echo => output.extend_from_slice(bytes),
            Protocol::Resp if bytes.starts_with(INFO) || bytes.starts_with(GET) => {
                let value = count.get().to_string();
                write!(output, "${}\r\n{value}\r\n", value.len())?;
            }
            Protocol::Resp => {
                for _ in bytes.iter().filter(|byte| **byte == b'*') {
                    count.set(count.get() + 1);
                    write!(output, ":{}\r\n", count.get())?;
                }
            }
        }
        peer.write_all(&output).await?;
    }
}
