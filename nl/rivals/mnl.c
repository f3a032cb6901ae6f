/* libmnl's way of doing the workloads of codec.rs: mnl_attr_put_* into a buffer, and its loop
 * over attributes, which takes half the instructions of mnl_attr_parse with a callback. */
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <string.h>

#define NEW (NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK)

static struct nlmsghdr *start(char *buf, uint16_t type)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NEW;
	nlh->nlmsg_seq = 1;
	return nlh;
}

size_t rivals_mnl_veth(char *buf, const char *name, uint32_t mtu, uint32_t master,
		       const char *peer, const uint8_t *mac, uint32_t namespace)
{
	struct nlmsghdr *nlh = start(buf, RTM_NEWLINK);
	struct nlattr *info, *data, *end;

	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	mnl_attr_put_u32(nlh, IFLA_MTU, mtu);
	mnl_attr_put_u32(nlh, IFLA_MASTER, master);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	end = mnl_attr_nest_start(nlh, VETH_INFO_PEER);
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, peer);
	mnl_attr_put(nlh, IFLA_ADDRESS, 6, mac);
	mnl_attr_put_u32(nlh, IFLA_NET_NS_FD, namespace);
	mnl_attr_nest_end(nlh, end);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	return nlh->nlmsg_len;
}

size_t rivals_mnl_address(char *buf, uint32_t index, uint32_t local, uint8_t prefix,
			  uint32_t broadcast)
{
	struct nlmsghdr *nlh = start(buf, RTM_NEWADDR);
	struct ifaddrmsg *ifa = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifa));

	ifa->ifa_family = AF_INET;
	ifa->ifa_prefixlen = prefix;
	ifa->ifa_index = index;
	mnl_attr_put_u32(nlh, IFA_ADDRESS, local);
	mnl_attr_put_u32(nlh, IFA_LOCAL, local);
	mnl_attr_put_u32(nlh, IFA_BROADCAST, broadcast);
	return nlh->nlmsg_len;
}

size_t rivals_mnl_route(char *buf, uint32_t gateway, uint32_t index)
{
	struct nlmsghdr *nlh = start(buf, RTM_NEWROUTE);
	struct rtmsg *rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));

	rtm->rtm_family = AF_INET;
	rtm->rtm_table = RT_TABLE_MAIN;
	rtm->rtm_protocol = RTPROT_BOOT;
	rtm->rtm_scope = RT_SCOPE_UNIVERSE;
	rtm->rtm_type = RTN_UNICAST;
	mnl_attr_put_u32(nlh, RTA_GATEWAY, gateway);
	mnl_attr_put_u32(nlh, RTA_OIF, index);
	return nlh->nlmsg_len;
}

struct link_fields {
	uint32_t index, mtu, master, mac_len;
	const char *name, *kind;
	const uint8_t *mac;
	uint64_t rx_packets, tx_packets, rx_bytes, tx_bytes;
};

int rivals_mnl_links(const char *bytes, size_t size,
		     void (*visit)(const struct link_fields *, void *), void *data)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)bytes;
	int len = size;

	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		const struct ifinfomsg *ifm = mnl_nlmsg_get_payload(nlh);
		const struct nlattr *attr, *info;
		struct link_fields fields = { 0 };

		if (nlh->nlmsg_type != RTM_NEWLINK)
			continue;
		fields.index = ifm->ifi_index;
		mnl_attr_for_each(attr, nlh, sizeof(*ifm)) {
			switch (mnl_attr_get_type(attr)) {
			case IFLA_IFNAME:
				if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0)
					return -1;
				fields.name = mnl_attr_get_str(attr);
				break;
			case IFLA_MTU:
				if (mnl_attr_validate(attr, MNL_TYPE_U32) < 0)
					return -1;
				fields.mtu = mnl_attr_get_u32(attr);
				break;
			case IFLA_ADDRESS:
				fields.mac = mnl_attr_get_payload(attr);
				fields.mac_len = mnl_attr_get_payload_len(attr);
				break;
			case IFLA_MASTER:
				if (mnl_attr_validate(attr, MNL_TYPE_U32) < 0)
					return -1;
				fields.master = mnl_attr_get_u32(attr);
				break;
			case IFLA_LINKINFO:
				if (mnl_attr_validate(attr, MNL_TYPE_NESTED) < 0)
					return -1;
				mnl_attr_for_each_nested(info, attr) {
					if (mnl_attr_get_type(info) != IFLA_INFO_KIND)
						continue;
					if (mnl_attr_validate(info, MNL_TYPE_NUL_STRING) < 0)
						return -1;
					fields.kind = mnl_attr_get_str(info);
				}
				break;
			case IFLA_STATS64: {
				uint64_t stats[4];

				if (mnl_attr_get_payload_len(attr) < sizeof(stats))
					return -1;
				memcpy(stats, mnl_attr_get_payload(attr), sizeof(stats));
				fields.rx_packets = stats[0];
				fields.tx_packets = stats[1];
				fields.rx_bytes = stats[2];
				fields.tx_bytes = stats[3];
				break;
			}
			}
		}
		visit(&fields, data);
	}
	return 0;
}

struct route_fields {
	uint32_t prefix, table, destination, gateway, oif, metric;
};

int rivals_mnl_routes(const char *bytes, size_t size,
		      void (*visit)(const struct route_fields *, void *), void *data)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)bytes;
	int len = size;

	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
		const struct nlattr *attr;
		struct route_fields fields = { 0 };

		if (nlh->nlmsg_type != RTM_NEWROUTE)
			continue;
		fields.prefix = rtm->rtm_dst_len;
		mnl_attr_for_each(attr, nlh, sizeof(*rtm)) {
			uint32_t *to;

			switch (mnl_attr_get_type(attr)) {
			case RTA_TABLE:
				to = &fields.table;
				break;
			case RTA_DST:
				to = &fields.destination;
				break;
			case RTA_GATEWAY:
				to = &fields.gateway;
				break;
			case RTA_OIF:
				to = &fields.oif;
				break;
			case RTA_PRIORITY:
				to = &fields.metric;
				break;
			default:
				continue;
			}
			if (mnl_attr_validate(attr, MNL_TYPE_U32) < 0)
				return -1;
			*to = mnl_attr_get_u32(attr);
		}
		visit(&fields, data);
	}
	return 0;
}
