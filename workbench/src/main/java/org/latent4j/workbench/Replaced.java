package org.latent4j.workbench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.latent4j.store.Spaces;

/** What lies where something is to be written: people who wanted another place are told before it is gone. */
final class Replaced {
    private Replaced() {}

    /** A line that says what is there, and that it stays until its successor is whole; empty where nothing is. */
    static Optional<String> told(List<Path> places) {
        List<String> there = places.stream().filter(Files::exists).map(Replaced::described).toList();
        return there.isEmpty()
                ? Optional.empty()
                : Optional.of("replaces %s, as soon as the new one is whole".formatted(String.join(" and ", there)));
    }

    private static String described(Path place) {
        return Spaces.contents(place).map(held -> "%s (%s %s of %s %s%s)".formatted(place,
                Amounts.count(held.points()), held.points() == 1 ? "point" : "points",
                Amounts.count(held.width()), held.width() == 1 ? "dimension" : "dimensions",
                madeBy(held.origin().details()))).orElseGet(place::toString);
    }

    private static String madeBy(Map<String, String> details) {
        String command = details.get(CaptureManifest.COMMAND);
        return command == null ? "" : ", made by: " + PlainLine.of(command);
    }
}
