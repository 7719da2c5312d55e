package org.latent4j.model.store;

/** A file's path within a repository or a package, as a stranger wrote it. */
final class RepositoryPath {
    private static final int LONGEST = 1024;
    private static final int LONGEST_PART = 200; // leaves room for .part and .part.etag

    private RepositoryPath() {}

    /**
     * Whether the path surely stays within the folder that it is resolved against, on every operating system: relative, {@code /}
     * between its parts, no {@code .} or {@code ..}, no backslash, colon or control character.
     */
    static boolean isSafe(String path) {
        if (path.isEmpty() || path.length() > LONGEST) {
            return false;
        }
        for (String part : path.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..") || part.length() > LONGEST_PART
                    || part.endsWith(".") || part.endsWith(" ")) {
                return false;
            }
        }
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c < ' ' || c == 0x7f || "\\:*?\"<>|".indexOf(c) >= 0 || Character.isSurrogate(c)) {
                return false;
            }
        }
        return true;
    }

    /** The last part. */
    static String fileName(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
