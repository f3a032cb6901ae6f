//! The options of `nsrun run` as a specification.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::net::IpAddr;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::cli::Args;
use crate::error::{Error, Result};
use crate::spec::{
    self, Bind, HostLine, IdMap, Isolation, Resolver, Root, Run, Share, Sysctl, User,
    UserNamespace, capability,
};
use crate::sys::{credentials, file};

/// Reads all options of `run` but those about its output.
pub(super) fn spec(args: &Args) -> Result<Run> {
    let (networks, share) = super::network_options::networks(args)?;
    let is_local = matches!(share, None | Some(Share::Host)) && networks.is_empty();
    let isolation = isolation(args, is_local)?;
    let root = root(args)?;
    let base = match &isolation.user {
        Some(users) if !users.has_root() => capability::ALL,
        // A device of the host that CMD makes is one that it opens, with all that is on it.
        None if root.directory.is_some() => capability::DEFAULT & !capability::MKNOD,
        _ => capability::DEFAULT,
    };
    let (environment, home_is_given) = environment(args)?;
    let capabilities = capability::adjust(base, &args.texts("cap-add")?, &args.texts("cap-drop")?)?;
    let name = args.text("name")?.map(spec::run_name).transpose()?;
    let mut aliases: Vec<String> = parse_all(args, "network-alias", spec::run_name)?;
    // Said twice it is one name all the same.
    aliases.sort_unstable();
    aliases.dedup();
    aliases.retain(|alias| Some(alias) != name.as_ref());
    Ok(Run {
        name,
        sysctls: parse_all(args, "sysctl", Sysctl::parse)?,
        aliases,
        hostname: args.text("hostname")?.map(spec::host_name).transpose()?,
        resolver: resolver(args)?,
        hosts: parse_all(args, "add-host", host_line)?,
        capabilities,
        no_new_privileges: args.flag("no-new-privs"),
        unconfined: args.flag("unconfined"),
        root,
        workdir: args.value("workdir").map(PathBuf::from),
        user: args.text("user")?.map(User::parse).transpose()?,
        environment,
        home_is_given,
        preserve_fds: preserve_fds(args)?,
        survive: args.flag("survive"),
        command: args.operands().to_vec(),
        ports: super::ports::publications(args.texts("publish")?)?,
        networks,
        share,
        isolation,
    })
}

fn parse_all<T>(args: &Args, name: &str, parse: impl Fn(&str) -> Result<T>) -> Result<Vec<T>> {
    args.texts(name)?.into_iter().map(parse).collect()
}

/// A number from `from` to `to`.
pub(super) fn number(args: &Args, name: &str, from: u32, to: u32) -> Result<Option<u32>> {
    let Some(text) = args.text(name)? else { return Ok(None) };
    let number = text.parse().ok().filter(|number| (from..=to).contains(number));
    number.map(Some).ok_or_else(|| {
        Error::usage(format!("\"{text}\" is no value for --{name}"))
            .hint(format!("give a number from {from} to {to}"))
    })
}

fn isolation(args: &Args, is_local: bool) -> Result<Isolation> {
    let asked = args.flag("userns");
    let (uid, gid) = credentials::started_with();
    let maps = |name: &str| parse_all(args, name, IdMap::parse);
    let (mut uids, mut gids) = (maps("uidmap")?, maps("gidmap")?);
    // Root that makes itself another user does not mean to keep its group. Others may map no group
    // but their own.
    if !uids.is_empty() && gids.is_empty() && credentials::is_root() {
        gids.clone_from(&uids);
    }
    for (ranges, own) in [(&mut uids, uid), (&mut gids, gid)] {
        if ranges.is_empty() {
            ranges.push(IdMap::root_is(own));
        }
    }
    let users = UserNamespace { uids, gids };
    if !asked && (args.value("uidmap").is_some() || args.value("gidmap").is_some()) {
        return Err(Error::usage("--uidmap and --gidmap need --userns")
            .hint("add --userns, or drop the maps"));
    }
    // An ordinary user may have namespaces of their own inside a user namespace of their own.
    let needed = !credentials::is_root() && is_local;
    let own = |name: &str, default: &str| {
        args.text(name).map(|choice| choice.unwrap_or(default) == "private")
    };
    Ok(Isolation {
        pid: own("pid", "private")?,
        ipc: own("ipc", "private")?,
        uts: own("uts", "private")?,
        cgroup: own("cgroup", "host")?,
        user: (asked || needed).then_some(users),
    })
}

fn resolver(args: &Args) -> Result<Resolver> {
    let word = |text: &str| {
        let wrong = text.is_empty() || text.contains(|c: char| c.is_whitespace() || c.is_control());
        if wrong {
            return Err(Error::usage(format!("\"{text}\" cannot stand in resolv.conf"))
                .hint("give one word; repeat the option for several"));
        }
        Ok(text.to_owned())
    };
    let off = args.texts("dns")?.contains(&"none");
    if off && args.texts("dns")?.len() > 1 {
        return Err(
            Error::usage("--dns none stands alone").hint("drop it, or the other --dns options")
        );
    }
    Ok(Resolver {
        off,
        servers: if off { Vec::new() } else { parse_all(args, "dns", address)? },
        search: parse_all(args, "dns-search", word)?,
        options: parse_all(args, "dns-option", word)?,
    })
}

fn address(text: &str) -> Result<IpAddr> {
    text.parse().map_err(|_| {
        Error::usage(format!("\"{text}\" is no address"))
            .hint("write an IPv4 or IPv6 address, such as 192.0.2.53")
    })
}

fn host_line(text: &str) -> Result<HostLine> {
    let (name, ip) = text.split_once([':', '=']).ok_or_else(|| {
        Error::usage(format!("\"{text}\" is no host and address"))
            .hint("write HOST:IP, such as db:192.0.2.7")
    })?;
    let ip = ip.strip_prefix('[').and_then(|ip| ip.strip_suffix(']')).unwrap_or(ip);
    Ok(HostLine { name: spec::host_name(name)?, address: address(ip)? })
}

fn root(args: &Args) -> Result<Root> {
    let directory = args.value("rootfs").map(PathBuf::from);
    if let Some(directory) = &directory {
        let why = match fs::metadata(directory) {
            // pivot_root(2) cannot put a root over itself.
            Ok(found) if found.is_dir() && is_root(&found) => {
                Some("it is the root directory of this host, which CMD sees anyway".to_owned())
            }
            Ok(found) if found.is_dir() => None,
            Ok(_) => Some("it is no directory".to_owned()),
            Err(error) => Some(crate::sys::errno(&error).desc().to_owned()),
        };
        if let Some(why) = why {
            let what = format!("cannot use \"{}\" as root directory", directory.display());
            return Err(Error::new(what).because(why));
        }
    }
    let binds = parse_all(args, "bind", Bind::parse)?;
    for bind in &binds {
        if let Err(error) = fs::metadata(&bind.source) {
            return Err(Error::new(format!("cannot show \"{}\" inside", bind.source.display()))
                .because(crate::sys::errno(&error).desc()));
        }
    }
    let tmpfs = parse_all(args, "tmpfs", spec::absolute)?;
    Ok(Root { directory, binds, tmpfs })
}

fn is_root(found: &fs::Metadata) -> bool {
    let id = |found: &fs::Metadata| (found.dev(), found.ino());
    fs::metadata("/").is_ok_and(|root| id(&root) == id(found))
}

/// Variables and their values.
type Environment = Vec<(OsString, OsString)>;

/// The caller's environment, then those of files, then single variables; later ones win. And
/// whether one of these is the home directory.
fn environment(args: &Args) -> Result<(Environment, bool)> {
    let mut environment: Environment = std::env::vars_os().collect();
    let mut home_is_given = false;
    let mut set = |name: &OsStr, value: &OsStr| {
        home_is_given |= name == "HOME";
        environment.retain(|(known, _)| known != name);
        environment.push((name.into(), value.into()));
    };
    for path in args.values("env-file") {
        let path = Path::new(path);
        let text = fs::read(path).map_err(|error| {
            Error::new(format!("cannot read environment file \"{}\"", path.display()))
                .because(crate::sys::errno(&error).desc())
        })?;
        for line in text.split(|&byte| byte == b'\n') {
            if !line.is_empty() && !line.starts_with(b"#") {
                let (name, value) = variable(OsStr::from_bytes(line))?;
                set(&name, &value);
            }
        }
    }
    for assignment in args.values("env") {
        let (name, value) = variable(assignment)?;
        set(&name, &value);
    }
    Ok((environment, home_is_given))
}

/// `NAME=VALUE`, or `NAME` for the caller's value.
fn variable(text: &OsStr) -> Result<(OsString, OsString)> {
    let wrong = |why: &str| {
        Error::usage(format!("\"{}\" is no environment variable", text.display()))
            .because(why)
            .hint("write NAME=VALUE, or NAME to pass on the caller's value")
    };
    let bytes = text.as_bytes();
    if bytes.contains(&0) {
        return Err(wrong("it has a zero byte in it"));
    }
    let (name, value) = match bytes.iter().position(|&byte| byte == b'=') {
        Some(at) => {
            let (name, rest) = bytes.split_at(at);
            (name, OsString::from_vec(rest.get(1..).unwrap_or_default().to_vec()))
        }
        None => (bytes, std::env::var_os(text).ok_or_else(|| wrong("the caller has none such"))?),
    };
    if name.is_empty() {
        return Err(wrong("it has no name"));
    }
    Ok((OsString::from_vec(name.to_vec()), value))
}

fn preserve_fds(args: &Args) -> Result<u32> {
    let count = number(args, "preserve-fds", 0, 1024)?.unwrap_or(0);
    if let Some(fd) = (3..3 + count as i32).find(|&fd| !file::is_open(fd)) {
        return Err(Error::usage(format!("cannot pass file descriptor {fd}"))
            .because("it is not open")
            .hint("--preserve-fds N passes those from 3 to N+2"));
    }
    Ok(count)
}
