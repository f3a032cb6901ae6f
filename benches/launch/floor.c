/* The kernel floor: the least a program can do to run a command in a network namespace that is
 * wired by veth to a bridge. A yardstick for `nsrun run`: no checks, no names, no supervision.
 *
 *   floor FEATURES BRIDGE HOSTLINK ADDRESS PREFIXLEN GATEWAY COMMAND [ARG...]
 *
 * FEATURES: "plain"  network namespace, veth, address, default route
 *           "full"   the same kernel work as a default `nsrun run`: also mount, pid, ipc and uts
 *                    namespaces, private mounts, ./resolv.conf in place of the host's, a fresh /sys
 *                    and /proc, two sysctls, the default capabilities
 *           "port=N" full, and TCP port N of the host leads to port 80 inside: one element of the
 *                    map "ports" of table "inet floor", removed in the background at the end
 *
 * Masquerading is the network's, made once: it adds nothing to a launch.
 *
 * Built with: gcc -O2 -static -o floor floor.c
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct message { char bytes[2048]; int len; struct nlmsghdr *head; };

static void fail(const char *what) { perror(what); _exit(125); }

static void begin(struct message *m, int type, int flags, const void *header, int len) {
    m->head = (struct nlmsghdr *)(m->bytes + m->len);
    *m->head = (struct nlmsghdr){ .nlmsg_len = NLMSG_LENGTH(len), .nlmsg_type = type,
                                  .nlmsg_flags = NLM_F_REQUEST | flags };
    memcpy(NLMSG_DATA(m->head), header, len);
    m->len += NLMSG_ALIGN(m->head->nlmsg_len);
}

static struct rtattr *put(struct message *m, int type, const void *value, int len) {
    struct rtattr *attr = (struct rtattr *)(m->bytes + m->len);
    attr->rta_type = type;
    attr->rta_len = RTA_LENGTH(len);
    if (len) memcpy(RTA_DATA(attr), value, len);
    m->len += RTA_ALIGN(attr->rta_len);
    m->head->nlmsg_len = m->bytes + m->len - (char *)m->head;
    return attr;
}

static void put32(struct message *m, int type, uint32_t value) { put(m, type, &value, 4); }
static void text(struct message *m, int type, const char *value) { put(m, type, value, strlen(value) + 1); }
static void end(struct message *m, struct rtattr *nest) { nest->rta_len = m->bytes + m->len - (char *)nest; }

/* The last message asks for an acknowledgement; a failure reports itself. */
static void transact(int fd, struct message *m, const char *what) {
    char reply[4096];
    if (send(fd, m->bytes, m->len, 0) != m->len) fail(what);
    if (recv(fd, reply, sizeof reply, 0) < 0) fail(what);
    struct nlmsgerr *error = NLMSG_DATA((struct nlmsghdr *)reply);
    if (error->error) { errno = -error->error; fail(what); }
}

static int netlink(int family) {
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, family);
    if (fd < 0) fail("socket");
    return fd;
}

static int index_of(int fd, const char *name) {
    struct ifreq request = { 0 };
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    if (ioctl(fd, SIOCGIFINDEX, &request)) fail(name);
    return request.ifr_ifindex;
}

static int full, host, bridge;
static char **arg;

static void veth(int pid) {
    struct message m = { .len = 0 };
    struct ifinfomsg link = { .ifi_flags = IFF_UP, .ifi_change = IFF_UP }, peer = { 0 };
    begin(&m, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, &link, sizeof link);
    text(&m, IFLA_IFNAME, arg[3]);
    put32(&m, IFLA_MASTER, bridge);
    put32(&m, IFLA_NUM_TX_QUEUES, 1);
    put32(&m, IFLA_NUM_RX_QUEUES, 1);
    struct rtattr *info = put(&m, IFLA_LINKINFO, 0, 0);
    text(&m, IFLA_INFO_KIND, "veth");
    struct rtattr *data = put(&m, IFLA_INFO_DATA, 0, 0);
    struct rtattr *other = put(&m, VETH_INFO_PEER, &peer, sizeof peer);
    text(&m, IFLA_IFNAME, "eth0");
    put32(&m, IFLA_NUM_TX_QUEUES, 1);
    put32(&m, IFLA_NUM_RX_QUEUES, 1);
    put32(&m, IFLA_NET_NS_PID, pid);
    end(&m, other);
    end(&m, data);
    end(&m, info);
    transact(host, &m, "veth");
}

static void up(struct message *m, int index) {
    struct ifinfomsg link = { .ifi_index = index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP };
    begin(m, RTM_SETLINK, 0, &link, sizeof link);
}

static void inside(void) {
    int fd = netlink(NETLINK_ROUTE), eth0 = index_of(fd, "eth0");
    struct message m = { .len = 0 };
    struct ifinfomsg link = { .ifi_index = eth0 };
    uint8_t none = 1; /* IN6_ADDR_GEN_MODE_NONE */
    up(&m, 1);
    begin(&m, RTM_SETLINK, 0, &link, sizeof link);
    struct rtattr *spec = put(&m, IFLA_AF_SPEC, 0, 0);
    struct rtattr *inet6 = put(&m, AF_INET6, 0, 0);
    put(&m, IFLA_INET6_ADDR_GEN_MODE, &none, 1);
    end(&m, inet6);
    end(&m, spec);
    up(&m, eth0);
    struct ifaddrmsg address = { .ifa_family = AF_INET, .ifa_prefixlen = atoi(arg[5]), .ifa_index = eth0 };
    struct in_addr own, gateway;
    inet_aton(arg[4], &own);
    inet_aton(arg[6], &gateway);
    begin(&m, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &address, sizeof address);
    put(&m, IFA_LOCAL, &own, 4);
    put(&m, IFA_ADDRESS, &own, 4);
    struct rtmsg route = { .rtm_family = AF_INET, .rtm_table = RT_TABLE_MAIN, .rtm_protocol = RTPROT_BOOT,
                           .rtm_type = RTN_UNICAST };
    begin(&m, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, &route, sizeof route);
    put(&m, RTA_GATEWAY, &gateway, 4);
    transact(fd, &m, "inside");
}

static void edge(struct message *m, int type) {
    struct nfgenmsg head = { .res_id = htons(NFNL_SUBSYS_NFTABLES) };
    begin(m, type, 0, &head, sizeof head);
}

/* One transaction that adds or removes the element: TCP . PORT : ADDRESS . 80 */
static void port(int type, int flags, int number) {
    int fd = netlink(NETLINK_NETFILTER);
    struct message m = { .len = 0 };
    struct nfgenmsg head = { .nfgen_family = 1 /* NFPROTO_INET */ };
    struct { uint8_t proto, pad[3]; uint16_t port, end; } key = { .proto = IPPROTO_TCP, .port = htons(number) };
    struct { struct in_addr address; uint16_t port, end; } data = { .port = htons(80) };
    inet_aton(arg[4], &data.address);
    edge(&m, NFNL_MSG_BATCH_BEGIN);
    begin(&m, NFNL_SUBSYS_NFTABLES << 8 | type, NLM_F_ACK | flags, &head, sizeof head);
    text(&m, NFTA_SET_ELEM_LIST_TABLE, "floor");
    text(&m, NFTA_SET_ELEM_LIST_SET, "ports");
    struct rtattr *list = put(&m, NFTA_SET_ELEM_LIST_ELEMENTS | NLA_F_NESTED, 0, 0);
    struct rtattr *element = put(&m, NFTA_LIST_ELEM | NLA_F_NESTED, 0, 0);
    struct rtattr *part = put(&m, NFTA_SET_ELEM_KEY | NLA_F_NESTED, 0, 0);
    put(&m, NFTA_DATA_VALUE, &key, sizeof key);
    end(&m, part);
    if (type == NFT_MSG_NEWSETELEM) {
        part = put(&m, NFTA_SET_ELEM_DATA | NLA_F_NESTED, 0, 0);
        put(&m, NFTA_DATA_VALUE, &data, sizeof data);
        end(&m, part);
    }
    end(&m, element);
    end(&m, list);
    edge(&m, NFNL_MSG_BATCH_END);
    transact(fd, &m, "port");
    close(fd);
}

static void write_to(const char *path, const char *value) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, value, strlen(value)) < 0) fail(path);
    close(fd);
}

static void isolate(void) {
    if (mount(0, "/", 0, MS_REC | MS_SLAVE, 0)) fail("rslave");
    if (mount("resolv.conf", "/etc/resolv.conf", 0, MS_BIND, 0)) fail("/etc/resolv.conf");
    if (mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0)) fail("/sys");
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0)) fail("/proc");
    write_to("/proc/sys/net/ipv4/ping_group_range", "0 2147483647");
    write_to("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0");
    for (int cap = 0; cap <= 40; cap++)
        if (!(0xa80425fbull >> cap & 1)) prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
}

/* With CLONE_VM|CLONE_VFORK nothing is copied: the child does all, the parent waits. */
static int child(void *unused) {
    (void)unused;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    veth(getpid()); /* a pid means what it means to the sender: 1 in a pid namespace of its own */
    inside();
    if (full) isolate();
    execv(arg[7], arg + 7);
    fail(arg[7]);
    return 0;
}

static char stack[65536] __attribute__((aligned(16)));

int main(int argc, char **argv) {
    if (argc < 8) return 2;
    arg = argv;
    int published = strncmp(argv[1], "port=", 5) ? 0 : atoi(argv[1] + 5);
    full = published || !strcmp(argv[1], "full");
    host = netlink(NETLINK_ROUTE);
    bridge = index_of(host, argv[2]);
    if (published) port(NFT_MSG_NEWSETELEM, NLM_F_CREATE | NLM_F_EXCL, published);
    int flags = CLONE_NEWNET | CLONE_VM | CLONE_VFORK | SIGCHLD;
    if (full) flags |= CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS;
    int made = clone(child, stack + sizeof stack, flags, 0), status;
    if (made < 0) fail("clone");
    if (waitpid(made, &status, 0) < 0) fail("wait");
    if (published && fork() == 0) {
        port(NFT_MSG_DELSETELEM, 0, published);
        return 0;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
