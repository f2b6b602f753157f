//! Requests as a client writes them.

use super::reply::header;

/// Appends a request: an array of bulk strings, the command's name first.
///
/// ```
/// let mut request = Vec::new();
/// service::resp::write_request(&mut request, &[b"INCR", b"a"]);
/// assert_eq!(request, b"*2\r\n$4\r\nINCR\r\n$1\r\na\r\n");
/// ```
pub fn write_request(out: &mut Vec<u8>, arguments: &[&[u8]]) {
    header(out, b'*', arguments.len());
    for argument in arguments {
        super::write::bulk(out, argument);
    }
}
