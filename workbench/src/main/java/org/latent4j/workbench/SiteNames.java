package org.latent4j.workbench;

import org.latent4j.kernel.LatentException;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;

/** Names of single sites on the command line. */
final class SiteNames {
    private SiteNames() {}

    /** The one site of a name, whatever the model: {@code resid_post.12}, or {@code 12} for that. */
    static Site one(String name) {
        String whole = name.matches("\\d{1,5}") ? "resid_post." + name : name;
        if (!whole.matches("[a-z_]{1,20}(\\.\\d{1,5}){0,2}")) {
            throw new LatentException("'%s' is not the name of one site; write resid_post.12".formatted(name));
        }
        return Sites.of(whole).resolve(Sites.Extent.of(100_000, 100_000)).getFirst();
    }
}
