package org.latent4j.model.store;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Proxies as {@code HTTPS_PROXY}, {@code HTTP_PROXY} and {@code NO_PROXY} name them, in capitals or not; Java itself doesn't look there. */
final class EnvironmentProxy extends ProxySelector {
    private static final List<Proxy> DIRECT = List.of(Proxy.NO_PROXY);

    private final Map<String, String> environment;

    EnvironmentProxy(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public List<Proxy> select(URI uri) {
        String host = uri.getHost();
        String named = variable(uri.getScheme() + "_proxy");
        if (host == null || named.isEmpty() || isExcepted(host.toLowerCase(Locale.ROOT))) {
            return DIRECT;
        }
        try {
            URI proxy = URI.create(named.contains("://") ? named : "http://" + named);
            String proxyHost = proxy.getHost();
            return proxyHost == null
                    ? DIRECT
                    : List.of(new Proxy(Proxy.Type.HTTP, new InetSocketAddress(proxyHost, proxy.getPort() < 0 ? 80 : proxy.getPort())));
        } catch (IllegalArgumentException e) {
            return DIRECT;
        }
    }

    private boolean isExcepted(String host) {
        if (host.equals("localhost") || host.startsWith("127.")) {
            return true;
        }
        for (String entry : variable("no_proxy").split(",", -1)) {
            String name = entry.strip().toLowerCase(Locale.ROOT);
            String domain = name.startsWith("*.") ? name.substring(1) : name.startsWith(".") ? name : "." + name;
            if (name.equals("*") || !name.isEmpty() && ("." + host).endsWith(domain)) {
                return true;
            }
        }
        return false;
    }

    private String variable(String name) {
        return environment.getOrDefault(name, environment.getOrDefault(name.toUpperCase(Locale.ROOT), "")).strip();
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException cause) {
        // told to whoever asked
    }
}
