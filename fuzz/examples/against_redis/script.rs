//! Random pipelines of the commands that Redis and our servers share, one in three with a byte gone wrong.
//!
//! Never asked, because our servers mean to answer otherwise: INFO, HELLO, CLIENT, CONFIG and COMMAND, which describe the server; SET of
//! what is no integer, or with options; another database than 0.

use fastrand::Rng;

/// A pipeline of some requests.
pub(crate) fn random(random: &mut Rng) -> Vec<u8> {
    let mut script = Vec::new();
    let spoilt = random.u32(0..3) == 0;
    for _ in 0..random.u32(1..12) {
        let words = request(random);
        // Spoilt, their numbers would be a text, which is a value to Redis, and a database that only Redis has.
        if spoilt && [&b"set"[..], b"select"].contains(&&words[0].to_ascii_lowercase()[..]) {
            continue;
        }
        if random.u32(0..4) == 0 {
            type_it(random, &words, &mut script);
        } else {
            array(&words, &mut script);
        }
        if random.u32(0..8) == 0 {
            script.extend(pick(random, &[b"\r\n", b"\n", b"*0\r\n", b"*-1\r\n"]));
        }
    }
    if spoilt && !script.is_empty() {
        spoil(random, &mut script);
    }
    script
}

type Words = Vec<Vec<u8>>;

fn request(random: &mut Rng) -> Words {
    let name: &[u8] = pick(
        random,
        &[
            b"PING",
            b"ECHO",
            b"INCR",
            b"DECR",
            b"INCRBY",
            b"DECRBY",
            b"GET",
            b"SET",
            b"DEL",
            b"EXISTS",
            b"DBSIZE",
            b"FLUSHALL",
            b"FLUSHDB",
            b"SELECT",
            b"RESET",
            b"QUIT",
            b"NOSUCH",
        ],
    );
    let mut words = vec![in_any_case(random, name)];
    match name {
        b"PING" if random.bool() => {}
        b"PING" | b"ECHO" => words.push(payload(random)),
        b"INCR" | b"DECR" | b"GET" => words.push(counter(random)),
        b"INCRBY" | b"DECRBY" => words.extend([counter(random), number(random)]),
        b"SET" => words.extend([counter(random), integer(random)]),
        b"DEL" | b"EXISTS" => words.extend(
            (0..random.u32(1..4))
                .map(|_| counter(random))
                .collect::<Words>(),
        ),
        b"FLUSHALL" | b"FLUSHDB" => words.extend(option(random)),
        b"SELECT" => words.push(b"0".to_vec()),
        b"NOSUCH" => words.extend(
            (0..random.u32(0..20))
                .map(|_| text(random))
                .collect::<Words>(),
        ),
        _ => {}
    }
    // Too few arguments or too many; not of SET, which has options in Redis, and not of those that would then mean something else.
    if random.u32(0..12) == 0 && !matches!(name, b"SET" | b"SELECT") {
        if random.bool() {
            words.truncate(1);
        } else {
            words.push(payload(random));
        }
    }
    words
}

fn pick<'a>(random: &mut Rng, from: &[&'a [u8]]) -> &'a [u8] {
    from[random.usize(..from.len())]
}

fn in_any_case(random: &mut Rng, name: &[u8]) -> Vec<u8> {
    name.iter()
        .map(|&byte| {
            if random.u32(0..4) == 0 {
                byte.to_ascii_lowercase()
            } else {
                byte
            }
        })
        .collect()
}

fn counter(random: &mut Rng) -> Vec<u8> {
    pick(
        random,
        &[
            b"a",
            b"b",
            b"c",
            b"",
            b"\r\n",
            b"a b",
            b"\xff\x00\"'\\",
            b"counter:000000000001",
        ],
    )
    .to_vec()
}

fn payload(random: &mut Rng) -> Vec<u8> {
    let longest = pick(random, &[&[0; 1], &[0; 8], &[0; 150]]).len();
    (0..random.usize(..=longest))
        .map(|_| random.u8(..))
        .collect()
}

/// Any bytes but NUL, at which Redis stops repeating an argument.
fn text(random: &mut Rng) -> Vec<u8> {
    let payload = payload(random);
    payload.into_iter().filter(|&byte| byte != 0).collect()
}

fn integer(random: &mut Rng) -> Vec<u8> {
    let any = random.i64(..).to_string();
    pick(
        random,
        &[
            b"0",
            b"1",
            b"-1",
            b"5",
            b"9223372036854775807",
            b"-9223372036854775808",
            any.as_bytes(),
        ],
    )
    .to_vec()
}

fn number(random: &mut Rng) -> Vec<u8> {
    if random.bool() {
        return integer(random);
    }
    pick(
        random,
        &[
            b"",
            b"01",
            b"-0",
            b"+1",
            b" 1",
            b"1 ",
            b"1.0",
            b"0x1",
            b"x",
            b"9223372036854775808",
            b"-9223372036854775809",
            b"1\x00",
        ],
    )
    .to_vec()
}

fn option(random: &mut Rng) -> Words {
    match random.u32(0..6) {
        0 => vec![in_any_case(random, b"SYNC")],
        1 => vec![in_any_case(random, b"ASYNC")],
        2 => vec![b"x".to_vec()],
        3 => vec![b"SYNC".to_vec(), b"x".to_vec()],
        _ => vec![],
    }
}

fn array(words: &Words, out: &mut Vec<u8>) {
    out.extend(format!("*{}\r\n", words.len()).bytes());
    for word in words {
        out.extend(format!("${}\r\n", word.len()).bytes());
        out.extend([word, &b"\r\n"[..]].concat());
    }
}

/// As an inline command: plain, in double quotes, or in single quotes.
fn type_it(random: &mut Rng, words: &Words, out: &mut Vec<u8>) {
    for word in words {
        let plain = !word.is_empty() && word.iter().all(u8::is_ascii_alphanumeric);
        match random.u32(0..3) {
            0 if plain => out.extend(word),
            1 if plain => out.extend([b"'", &word[..], b"'"].concat()),
            _ => {
                let escaped: String = word.iter().map(|byte| format!("\\x{byte:02x}")).collect();
                out.extend(format!("\"{escaped}\"").bytes());
            }
        }
        out.extend(pick(random, &[b" ", b"  ", b"\t"]));
    }
    out.extend(pick(random, &[b"\r\n", b"\n"]));
}

/// One byte is lost, doubled, or another.
fn spoil(random: &mut Rng, script: &mut Vec<u8>) {
    let at = random.usize(..script.len());
    match random.u32(0..4) {
        0 => drop(script.remove(at)),
        1 => script.insert(at, script[at]),
        2 => script[at] = pick(random, &[b"0", b"*", b"$", b"\r", b"\n", b"-", b"\"", b" "])[0],
        _ => script[at] = random.u8(..),
    }
}
