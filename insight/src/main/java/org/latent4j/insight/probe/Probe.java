package org.latent4j.insight.probe;

import java.util.List;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;

/**
 * A small model that reads a label or a number off hidden states. Fitted on rows that are standardised by their own means and
 * deviations; what it is given later is standardised by the same. Immutable, safe for threads.
 */
public sealed interface Probe permits LinearProbe, MlpProbe {
    /** What kind of probe. */
    enum Kind {
        /** Multinomial logistic regression with an L2 penalty, scikit-learn's objective. */
        LOGISTIC,
        /** Least squares with an L2 penalty, for numbers (Hoerl and Kennard 1970). */
        RIDGE,
        /** The class whose mean is nearest. */
        MEANS,
        /** A hidden layer of 64 rectified units between states and classes. */
        MLP;

        /** The name users write: {@code logistic}. */
        public String label() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }

        /** The kind of a name. */
        public static Kind named(String name) {
            for (Kind kind : values()) {
                if (kind.label().equals(name)) {
                    return kind;
                }
            }
            throw new LatentException("there is no kind of probe '%s'; there are logistic, ridge, means, mlp".formatted(name));
        }
    }

    /**
     * How a probe is fitted.
     *
     * @param c the inverse of the penalty's strength: the larger, the freer
     * @param tolerance where a fit ends: no derivative of the mean loss is larger
     * @param seed for what begins at random (the hidden layer)
     */
    record Settings(Kind kind, double c, double tolerance, long seed) {
        /** Logistic regression with C 1. */
        public static final Settings STANDARD = new Settings(Kind.LOGISTIC, 1, 1e-6, 1);

        /** The same with another strength. */
        public Settings withC(double other) {
            return new Settings(kind, other, tolerance, seed);
        }

        /** The same of another kind. */
        public Settings withKind(Kind other) {
            return new Settings(other, c, tolerance, seed);
        }
    }

    /**
     * Fits a probe for classes.
     *
     * @param x {@code [rows, width]}
     * @param labels {@code [rows]}, from 0 to the number of classes, exclusive
     * @param classes their names; at least two
     * @throws LatentException if there are fewer than two classes with rows, a state isn't finite or the kind is for numbers
     */
    static Probe fit(Matrix x, int[] labels, List<String> classes, Settings settings) {
        Fits.check(x, labels, classes);
        return switch (settings.kind) {
            case LOGISTIC -> Fits.logistic(x, labels, classes, settings);
            case MEANS -> Fits.means(x, labels, classes);
            case MLP -> MlpProbe.fit(x, labels, classes, settings);
            case RIDGE -> throw new LatentException("ridge is for numbers, the labels are classes; choose logistic, means or mlp");
        };
    }

    /**
     * Fits ridge regression for numbers: {@code |y - x w|^2 + |w|^2 / C} on standardised rows, the intercept not penalised.
     *
     * @param targets {@code [rows]}
     */
    static Probe fit(Matrix x, double[] targets, Settings settings) {
        return new RidgeFit(x).to(targets, settings.c());
    }

    /** What kind it is. */
    Kind kind();

    /** The classes by number; empty for a probe of numbers. */
    List<String> classes();

    /** How wide the states are that it reads. */
    int width();

    /**
     * What it reads off states.
     *
     * @param x {@code [rows, width]}
     * @return probabilities {@code [rows, classes]}; numbers {@code [rows, 1]}
     */
    Matrix predict(Matrix x);

    /**
     * The direction in which states have to move to look more like a class (or a larger number) to it, in the space of the states
     * as they are, not of length 1.
     *
     * @param label the class's number; for a probe of numbers 0
     * @throws LatentException if it has no one direction (a hidden layer)
     */
    float[] direction(int label);

    /** The most probable class of each row. */
    static int[] mostProbable(Matrix probabilities) {
        int[] labels = new int[probabilities.rows()];
        int width = probabilities.columns();
        for (int r = 0; r < labels.length; r++) {
            for (int k = 1; k < width; k++) {
                if (probabilities.data()[r * width + k] > probabilities.data()[r * width + labels[r]]) {
                    labels[r] = k;
                }
            }
        }
        return labels;
    }
}
