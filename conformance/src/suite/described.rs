//! Replies that describe the server, and so are not the same bytes each time.

use crate::target::Target;
use testkit::Info;
use testkit::start_of;

/// INFO has Redis' layout and tells the truth about what a test can see from outside.
pub fn info_has_its_sections(target: &Target) {
    for discipline in target.disciplines() {
        let server = target.start_with(discipline);
        let mut client = server.connect();
        client.ask("INCR k\r\nINCR k\r\n", ":1\r\n:2\r\n");

        let info = Info::ask(&mut client, "");
        assert_eq!(
            info.sections,
            [
                "Server", "Clients", "Memory", "Stats", "CPU", "Counter", "Keyspace"
            ]
        );
        assert_eq!(info.number("process_id"), u64::from(server.pid()));
        assert_eq!(info.number("tcp_port"), u64::from(server.address().port()));
        assert_eq!(info.text("run_id").len(), 40, "as long as Redis' own");
        assert_eq!(info.text("discipline"), discipline);
        assert_eq!(info.number("connected_clients"), 1);
        assert_eq!(info.number("total_connections_received"), 1);
        assert_eq!(
            info.number("total_commands_processed"),
            2,
            "those before this one"
        );
        assert_eq!(info.number("rejected_connections"), 0);
        assert_eq!(info.number("counters"), 1);
        assert!(info.number("used_memory_rss") > 0);
        assert_eq!(info.text("server_name"), "baton");
        assert_eq!(info.text("redis_mode"), "standalone");
        assert_eq!(info.text("redis_version").split('.').count(), 3);
        assert_eq!(info.number("blocked_clients"), 0);
        assert!(info.number("used_memory") > 0);
        assert_eq!(info.text("db0"), "keys=1,expires=0,avg_ttl=0");
        client.ask("INFO nosuch\r\n", "$0\r\n\r\n");

        assert_eq!(Info::ask(&mut client, "server").sections, ["Server"]);
        assert_eq!(
            Info::ask(&mut client, "STATS clients").sections,
            ["Clients", "Stats"]
        );
        assert_eq!(Info::ask(&mut client, "all").sections, info.sections);
    }
}

/// HELLO answers with the map that client libraries read, in RESP2's form of a map.
pub fn hello_names_the_server(target: &Target) {
    let server = target.start();
    for hello in ["HELLO\r\n", "HELLO 2\r\n", "hello 2 setname bob\r\n"] {
        let mut client = server.connect();
        client.send(hello);
        client.expect("*14\r\n$6\r\nserver\r\n");
        client.receive_bulk();
        client.expect("$7\r\nversion\r\n");
        client.receive_bulk();
        client.expect("$5\r\nproto\r\n:2\r\n$2\r\nid\r\n:");
        client.receive_line();
        client.expect("$4\r\nmode\r\n$10\r\nstandalone\r\n$4\r\nrole\r\n$6\r\nmaster\r\n$7\r\nmodules\r\n*0\r\n");
        let name = if hello.contains("bob") {
            "$3\r\nbob\r\n"
        } else {
            "$-1\r\n"
        };
        client.ask("CLIENT GETNAME\r\n", name);
    }
}

/// After HELLO 3, replies are RESP3's where the two versions differ; RESET brings RESP2 back.
pub fn resp3_differs_in_null_maps_and_text(target: &Target) {
    let server = target.start();
    let mut client = server.connect();
    client.ask("GET k\r\nCONFIG GET save\r\n", "$-1\r\n*0\r\n");
    client.send("HELLO 3 AUTH default any SETNAME bob\r\n");
    client.expect("%7\r\n$6\r\nserver\r\n");
    client.receive_bulk();
    client.expect("$7\r\nversion\r\n");
    client.receive_bulk();
    client.expect("$5\r\nproto\r\n:3\r\n$2\r\nid\r\n:");
    client.receive_line();
    client.expect(
        "$4\r\nmode\r\n$10\r\nstandalone\r\n$4\r\nrole\r\n$6\r\nmaster\r\n$7\r\nmodules\r\n*0\r\n",
    );
    client.ask("CLIENT GETNAME\r\n", "$3\r\nbob\r\n");
    client.ask("GET k\r\nCONFIG GET save\r\n", "_\r\n%0\r\n");
    client.ask("INCR k\r\nGET k\r\n", ":1\r\n$1\r\n1\r\n");
    client.ask(
        "INFO keyspace\r\n",
        "=48\r\ntxt:# Keyspace\r\ndb0:keys=1,expires=0,avg_ttl=0\r\n\r\n",
    );
    client.ask("HELLO 4\r\n", "-NOPROTO unsupported protocol version\r\n");
    client.ask("GET none\r\nRESET\r\n", "_\r\n+RESET\r\n");
    client.ask("GET none\r\nCLIENT GETNAME\r\n", "$-1\r\n$-1\r\n");
}

/// No password is configured: AUTH answers as a Redis without one.
pub fn there_is_no_password(target: &Target) {
    let server = target.start();
    let mut client = server.connect();
    client.ask("AUTH default any\r\n", "+OK\r\n");
    client.ask(
        "AUTH any\r\n",
        "-ERR AUTH <password> called without any password configured for the default user. \
         Are you sure your configuration is correct?\r\n",
    );
    for refused in ["AUTH bob any\r\n", "HELLO 3 AUTH bob any\r\n"] {
        client.ask(
            refused,
            "-WRONGPASS invalid username-password pair or user is disabled.\r\n",
        );
    }
    client.ask(
        "AUTH\r\n",
        "-ERR wrong number of arguments for 'auth' command\r\n",
    );
    client.ask(
        "CLIENT NO-EVICT on\r\nCLIENT NO-TOUCH off\r\n",
        "+OK\r\n+OK\r\n",
    );
    client.ask("CLIENT NO-EVICT maybe\r\n", "-ERR syntax error\r\n");
}

/// CLIENT ID: numbers rise, and a connection keeps its own.
pub fn every_connection_has_a_number(target: &Target) {
    let server = target.start();
    let mut last = 0;
    for _ in 0..3 {
        let mut client = server.connect();
        client.send("CLIENT ID\r\n");
        let line = client.receive_line();
        let id: u64 = line
            .strip_prefix(':')
            .and_then(|id| id.parse().ok())
            .unwrap_or_else(|| panic!("no number: {}", start_of(line.as_bytes())));
        assert!(id > last, "connection {id} came after {last}");
        client.ask("client id\r\n", format!(":{id}\r\n"));
        last = id;
    }
}
