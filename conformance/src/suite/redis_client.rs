//! A real client: the `redis` crate holds a session as it would with Redis.

use std::time::Duration;

use redis::{Client, Commands, Connection, ErrorKind, ServerErrorKind};

use crate::server::Server;
use crate::target::Target;

const TIMEOUT: Duration = Duration::from_secs(20);

/// Commands with typed results, a pipeline, any bytes as a name, and INFO as the crate reads it.
pub fn a_session(target: &Target) {
    for discipline in target.disciplines() {
        let server = target.start_with(discipline);
        let mut redis = connect(&server);
        assert_eq!(redis.incr("visits", 1), Ok(1));
        assert_eq!(redis.incr("visits", 41), Ok(42));
        assert_eq!(redis.decr("visits", 2), Ok(40));
        assert_eq!(redis.get("visits"), Ok(Some(40)));
        assert_eq!(redis.get("none"), Ok(None::<i64>));
        assert_eq!(redis.set("visits", 7), Ok(()));
        assert_eq!(redis.exists("visits"), Ok(true));

        let name: Vec<u8> = (0..=255).collect();
        assert_eq!(redis.incr(&name, i64::MAX), Ok(i64::MAX));
        assert_eq!(redis::cmd("ECHO").arg(&name).query(&mut redis), Ok(name));

        let mut pipeline = redis::pipe();
        pipeline
            .incr("visits", 1)
            .ignore()
            .cmd("PING")
            .arg("still there?")
            .get("visits")
            .cmd("DBSIZE");
        assert_eq!(
            pipeline.query(&mut redis),
            Ok(("still there?".to_owned(), 8, 2))
        );

        assert_eq!(redis.del(&["visits", "none"]), Ok(1));
        assert_eq!(redis::cmd("FLUSHALL").query(&mut redis), Ok(()));
        assert_eq!(redis::cmd("DBSIZE").query(&mut redis), Ok(0));

        let info: redis::InfoDict = redis::cmd("INFO").query(&mut redis).unwrap();
        assert_eq!(info.get("process_id"), Some(server.pid()));
    }
}

/// An error of one command has its code and text, and the connection goes on.
pub fn errors_keep_their_meaning(target: &Target) {
    let server = target.start();
    let mut redis = connect(&server);
    for (words, text) in [
        (
            &["INCRBY", "k", "many"][..],
            "value is not an integer or out of range",
        ),
        (&["INCR"], "wrong number of arguments for 'incr' command"),
        (
            &["LPUSH", "k", "1"],
            "unknown command 'LPUSH', with args beginning with: 'k' '1' ",
        ),
    ] {
        let mut command = redis::Cmd::new();
        words.iter().for_each(|word| {
            command.arg(word);
        });
        let error = command
            .query::<i64>(&mut redis)
            .expect_err("the command is wrong");
        assert_eq!(
            error.kind(),
            ErrorKind::Server(ServerErrorKind::ResponseError)
        );
        assert_eq!((error.code(), error.detail()), (Some("ERR"), Some(text)));
    }
    assert_eq!(redis.incr("k", 1), Ok(1));
}

/// A client that insists on RESP3 gets it.
pub fn resp3_is_spoken(target: &Target) {
    let server = target.start();
    let url = format!("redis://{}/?protocol=resp3", server.address());
    let client = Client::open(url).unwrap();
    let mut redis = client.get_connection_with_timeout(TIMEOUT).unwrap();
    assert_eq!(redis.get("k"), Ok(None::<i64>));
    assert_eq!(redis.incr("k", 1), Ok(1));
    assert_eq!(redis.get("k"), Ok(Some(1)));
}

fn connect(server: &Server) -> Connection {
    let client = Client::open(format!("redis://{}/", server.address())).unwrap();
    let connection = client.get_connection_with_timeout(TIMEOUT).unwrap();
    connection.set_read_timeout(Some(TIMEOUT)).unwrap();
    connection
}
