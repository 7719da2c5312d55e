package org.latent4j.workbench;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IVersionProvider;

/** The version that {@code latent --version} tells. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[]{"latent " + ofLatent4j() + " (JDK " + Runtime.version() + ")"};
    }

    /** The version in the jar's manifest; where there is none, a build in progress. */
    static String ofLatent4j() {
        @Nullable
        String version = Latent.class.getPackage().getImplementationVersion();
        return version == null ? "in development" : version;
    }
}
