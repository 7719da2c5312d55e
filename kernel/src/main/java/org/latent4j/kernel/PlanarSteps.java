package org.latent4j.kernel;

/**
 * Points of the plane, a few side by side, that are moved by others which they meet: pulled along edges and pushed by samples, one
 * after the other, each time from where the point then stands. The others stand still. Every point's steps are a chain of their own
 * whose bits depend on what it meets alone; chains side by side take little longer than one.
 *
 * <p>Not safe for use from several threads.
 */
public final class PlanarSteps {
    private final Kernels kernels = KernelChoice.best();
    private final int lanes = kernels.lanes();
    private final Forces forces;
    private final float[] x = new float[lanes];
    private final float[] y = new float[lanes];
    private final float[] met;
    private final int[] places = new int[lanes];
    private final float[] looked = new float[2 * lanes];

    /**
     * How points are moved.
     *
     * @param attraction by the end of an edge: the step along the difference, by squared distance
     * @param repulsion by a sample
     * @param pulls how often an edge's end pulls
     * @param samples how many push behind each edge
     * @param largest the most that one of them moves a coordinate, before {@code step}
     */
    public record Forces(ForceTable attraction, ForceTable repulsion, int pulls, int samples, float largest) {}

    /** Room for points that meet up to {@code mostEdges} ends of edges at a time, each with its samples. */
    public PlanarSteps(Forces forces, int mostEdges) {
        this.forces = forces;
        this.met = new float[mostEdges * (1 + forces.samples) * 2 * lanes];
    }

    /** How many points are moved together. */
    public int lanes() {
        return lanes;
    }

    /** Puts a point somewhere. */
    public void stand(int lane, float atX, float atY) {
        x[lane] = atX;
        y[lane] = atY;
    }

    /** Where a point stands. */
    public float x(int lane) {
        return x[lane];
    }

    /** Where a point stands. */
    public float y(int lane) {
        return y[lane];
    }

    /**
     * What a point meets: at {@code i * (1 + samples)} the end of its i-th edge, then that edge's samples. Something at NaN, or exactly
     * where the point stands when it is met, doesn't move it.
     */
    public void meet(int lane, int encounter, float otherX, float otherY) {
        int at = encounter * 2 * lanes + lane;
        met[at] = otherX;
        met[at + lanes] = otherY;
    }

    /** Lets a point meet nothing from an edge on. */
    public void meetNothing(int lane, int fromEdge, int toEdge) {
        for (int encounter = fromEdge * (1 + forces.samples); encounter < toEdge * (1 + forces.samples); encounter++) {
            meet(lane, encounter, Float.NaN, Float.NaN);
        }
    }

    /** Moves all points through what they meet along the first {@code edges} edges, at most those there is room for; every force times {@code step}. */
    public void move(int edges, float step) {
        kernels.planarSteps(forces, x, y, met, edges, step, places, looked);
    }
}
