//! Servers that say who asked, and clients that ask many of them at once.

use crate::runs::SOON;
use crate::world::{Place, World, settle};

/// Answers on TCP and UDP, each "PORT" of the arguments, of both families, with the address of
/// whoever asks.
const SERVER: &str = r#"
import socket, sys, threading
def tcp(s):
    s.listen(64)
    while True:
        c, a = s.accept(); c.sendall(a[0].encode()); c.close()
def udp(s):
    while True:
        _, a = s.recvfrom(100); s.sendto(a[0].encode(), a)
for port in map(int, sys.argv[1:]):
    for family, any in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
        for kind, serve in ((socket.SOCK_STREAM, tcp), (socket.SOCK_DGRAM, udp)):
            s = socket.socket(family, kind)
            if family == socket.AF_INET6: s.setsockopt(41, 26, 1)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind((any, port))
            threading.Thread(target=serve, args=(s,)).start()
open("/dev/shm/ready-" + sys.argv[1], "w")
"#;

/// Asks "PROTOCOL ADDRESS PORT" of each line, all at once; prints "SEEN by ANSWERER" or "-".
const CLIENT: &str = r#"
import socket, sys, threading
lines = sys.argv[1].split("\n")
answers = ["-"] * len(lines)
def ask(n, line):
    protocol, host, port = line.split()
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
    s = socket.socket(family, kind); s.settimeout(1.5)
    try:
        if protocol == "tcp":
            s.connect((host, int(port))); answers[n] = "%s by %s" % (s.recv(100).decode(), host)
        else:
            s.sendto(b"?", (host, int(port))); d, a = s.recvfrom(100)
            answers[n] = "%s by %s" % (d.decode(), a[0])
    except OSError: pass
threads = [threading.Thread(target=ask, args=it) for it in enumerate(lines)]
for t in threads: t.start()
for t in threads: t.join()
print("\n".join(answers))
"#;

/// Launches a run with a server on `ports`, once it answers; the run's name.
#[track_caller]
pub(crate) fn served(world: &World, options: &[&str], ports: &[&str]) -> String {
    let ready = format!("/dev/shm/ready-{}", ports[0]);
    world.sh(&format!("rm -f {ready}"));
    let server = [&["python3", "-c", SERVER], ports].concat();
    let cmd = world.nsrun(["run", "--detach"]).args(options).arg("--").args(server);
    let name = cmd.run().ok().stdout.trim_end().to_owned();
    let is_ready = || world.succeeds(&format!("test -e {ready}"));
    assert!(settle(is_ready, SOON), "the server of {name} does not begin");
    name
}

/// Asks servers from a place; what each answered: "ADDRESS SEEN by ANSWERER", or "-".
#[track_caller]
pub(crate) fn ask(place: &Place, questions: &[String]) -> Vec<String> {
    let output = place.cmd(["python3", "-c", CLIENT, &questions.join("\n")]).run().ok();
    let answers: Vec<String> = output.stdout.lines().map(String::from).collect();
    assert_eq!(answers.len(), questions.len(), "{output}");
    answers
}

/// The address that the server sees when `place` asks; `None` without an answer.
#[track_caller]
pub(crate) fn seen(place: &Place, question: &str) -> Option<String> {
    let answer = ask(place, &[question.to_owned()]).remove(0);
    Some(answer.split_once(" by ")?.0.to_owned())
}
