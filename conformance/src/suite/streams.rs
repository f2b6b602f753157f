//! Many requests at once, in one connection and in many.

use rustix::net::sockopt::set_tcp_cork;

use crate::target::Target;
use testkit::array;
use testkit::{Client, assert_same};

/// A pipeline as deep as anyone's is answered in order, whatever turns the server takes at it.
pub fn ten_thousand_requests_in_one_write(target: &Target) {
    let (requests, replies) = increments(10_000);
    let server = target.start();
    server.connect().exchange(&requests, &replies);
}

/// Ten words of the largest size fill the buffers of both kernels: the server must write while it reads.
pub fn replies_larger_than_every_buffer(target: &Target) {
    let word: Vec<u8> = (0..=255).cycle().take(1 << 20).collect();
    let reply = [b"$1048576\r\n", &word[..], b"\r\n"].concat();
    let server = target.start();
    server
        .connect()
        .exchange(&array(&[b"ECHO", &word]).repeat(10), &reply.repeat(10));
}

/// 200 connections, all open, each in the middle of a request while the others are answered.
pub fn two_hundred_clients_at_once(target: &Target) {
    let server = target.start();
    let mut clients: Vec<Client> = (0..200).map(|_| server.connect()).collect();
    for (number, client) in clients.iter_mut().enumerate() {
        client.send(format!("ECHO {number}\r\n*2\r\n$4\r\nINC"));
    }
    for (number, client) in clients.iter_mut().enumerate().rev() {
        let word = number.to_string();
        client.expect(format!("${}\r\n{word}\r\n", word.len()));
    }
    for (before, client) in clients.iter_mut().enumerate() {
        client.ask("R\r\n$1\r\nk\r\n", format!(":{}\r\n", before + 1));
    }
}

/// Words of all sizes, cut at all sizes, in turns: nobody hears another's bytes, wherever a server keeps the halves.
pub fn halves_of_requests_are_kept_apart(target: &Target) {
    let server = target.start();
    let sizes = [10, 100, 4_000, 5_000, 17_000, 70_000, 200_000];
    let mut clients: Vec<(Client, Vec<u8>, Vec<u8>)> = (b'a'..)
        .zip(sizes)
        .map(|(letter, size)| {
            let word = vec![letter; size];
            let reply = [format!("${size}\r\n").as_bytes(), &word, b"\r\n"].concat();
            (server.connect(), array(&[b"ECHO", &word]), reply)
        })
        .collect();
    for cuts in [[1, 50], [3_000, 4_500], [4_500, 60_000], [30, 150_000]] {
        let mut from = 0;
        for to in cuts.into_iter().chain([usize::MAX]) {
            for (client, request, _) in &mut clients {
                let piece = request[..to.min(request.len())]
                    .get(from..)
                    .unwrap_or_default();
                client.send_piece(piece);
            }
            from = to;
        }
        for (client, _, reply) in &mut clients {
            client.expect(&*reply);
        }
    }
}

/// A client that has said everything still hears everything.
pub fn half_close_answers_everything_first(target: &Target) {
    let server = target.start();
    let (requests, replies) = increments(1000);
    let mut client = server.connect();
    client.send(&requests);
    client.finish();
    assert_same(
        &client.receive_to_end(),
        &replies,
        "what came before the end",
    );
    server.connect().ask("GET k\r\n", "$4\r\n1000\r\n");
}

/// A cork in the socket keeps the command back until the FIN goes with it: the server learns of both at once.
pub fn command_and_fin_in_one_segment(target: &Target) {
    let server = target.start();
    let mut client = server.connect();
    set_tcp_cork(client.stream(), true).unwrap();
    client.send("*2\r\n$4\r\nINCR\r\n$1\r\nk\r\nPING\r\n");
    client.finish();
    assert_same(&client.receive_to_end(), b":1\r\n+PONG\r\n", "the replies");
}

/// An error in the stream ends it: what a client meant by the bytes behind it nobody knows.
pub fn nothing_behind_an_error_is_executed(target: &Target) {
    let server = target.start();
    for bad in [
        "*x\r\n",
        "*1\r\n$-1\r\n",
        "*1\r\n$1\r\nPING\r\n",
        "ECHO 'a\r\n",
        "QUIT\r\n",
        "POST /\r\n",
    ] {
        let mut client = server.connect();
        client.send(format!(
            "INCR before\r\n{bad}INCR behind\r\n*2\r\n$4\r\nINCR\r\n$6\r\nbehind\r\n"
        ));
        client.receive_to_end();
    }
    server
        .connect()
        .ask("GET before\r\nEXISTS behind\r\n", "$1\r\n6\r\n:0\r\n");
}

/// A pipeline of `INCR k`, and its replies from a counter that starts at nothing.
fn increments(count: usize) -> (Vec<u8>, Vec<u8>) {
    let replies: String = (1..=count).map(|value| format!(":{value}\r\n")).collect();
    (array(&[b"INCR", b"k"]).repeat(count), replies.into_bytes())
}
