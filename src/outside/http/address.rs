//! Which addresses are nobody's business: those that are not for the whole internet (IANA's special-purpose registries,
//! RFC 6890), and those that carry one inside.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Blocks of IPv4 that are not for the whole internet.
const V4: &[(Ipv4Addr, u32, &str)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8, "unspecified"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, "private"),
    (Ipv4Addr::new(100, 64, 0, 0), 10, "shared by a provider"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "loopback"),
    (Ipv4Addr::new(169, 254, 0, 0), 16, "link-local"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, "private"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "reserved"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, "for documentation"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "reserved"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, "private"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "for benchmarks"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, "for documentation"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, "for documentation"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "multicast"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "reserved"),
];

/// Blocks of IPv6 with a name. What is in none of them and not in `2000::/3` is reserved.
const V6: &[(Ipv6Addr, u32, &str)] = &[
    (Ipv6Addr::UNSPECIFIED, 128, "unspecified"),
    (Ipv6Addr::LOCALHOST, 128, "loopback"),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, "reserved"),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, "for documentation"),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, "for documentation"),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, "private"),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10, "link-local"),
    (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8, "multicast"),
];

/// Why an address is refused, in a word; nothing for one that everybody can reach.
#[must_use]
pub fn refusal(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => v4(address),
        IpAddr::V6(address) => v6(address),
    }
}

fn v4(address: Ipv4Addr) -> Option<&'static str> {
    let same = |block: Ipv4Addr, length: u32| (address.to_bits() ^ block.to_bits()) >> (32 - length) == 0;
    V4.iter().find(|(block, length, _)| same(*block, *length)).map(|(.., word)| *word)
}

fn v6(address: Ipv6Addr) -> Option<&'static str> {
    let same = |block: Ipv6Addr, length: u32| (address.to_bits() ^ block.to_bits()) >> (128 - length) == 0;
    if let Some((.., word)) = V6.iter().find(|(block, length, _)| same(*block, *length)) {
        return Some(word);
    }
    match address.segments() {
        // Mapped, compatible, translated (NAT64), 6to4: a packet for it can end at the IPv4 address inside.
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            v4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)))
        }
        [first, ..] if first >> 13 == 1 => None,
        _ => Some("reserved"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_for_everybody_is_refused() {
        let refused = "0.0.0.0 0.1.2.3 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.1 127.255.255.255 \
            169.254.0.1 169.254.169.254 172.16.0.0 172.31.255.255 192.0.0.1 192.0.2.5 192.88.99.1 192.168.0.1 \
            192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.255 240.0.0.1 \
            255.255.255.255 :: ::1 ::2 ::7f00:1 ::10.0.0.1 ::ffff:127.0.0.1 ::ffff:169.254.169.254 ::ffff:0:1 \
            64:ff9b::10.0.0.1 64:ff9b::7f00:1 64:ff9b:1::1 64:ff9b:1:ffff::9.9.9.9 100::1 2001::1 2001:0:4136::1 \
            2001:2::1 2001:10::1 2001:1ff:ffff::1 2001:db8::1 2002:a00:1:: 2002:7f00:1::1 2002:c0a8:101::1 3fff::1 \
            3fff:fff:ffff::1 4000::1 5f00::1 8000::1 fc00::1 fd12:3456::1 fdff:ffff::1 fe80::1 febf::1 fec0::1 ff02::1 \
            ff0e::1 1fff::1";
        for address in refused.split_whitespace() {
            assert!(refusal(address.parse().unwrap()).is_some(), "{address}");
        }
        let open = "1.1.1.1 9.9.9.9 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 \
            169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.0.3.0 192.167.255.255 \
            192.169.0.0 198.17.255.255 198.20.0.0 203.0.112.255 203.0.114.0 223.255.255.255 2000::1 2001:200::1 \
            2001:4860:4860::8888 2001:db7::1 2001:db9::1 2002:909:909:: 2400::1 2606:4700:4700::1111 2a00::1 \
            3ffe::1 ::ffff:9.9.9.9 64:ff9b::9.9.9.9";
        for address in open.split_whitespace() {
            assert_eq!(refusal(address.parse().unwrap()), None, "{address}");
        }
        assert_eq!((refused.split_whitespace().count(), open.split_whitespace().count()), (61, 34));
    }
}
