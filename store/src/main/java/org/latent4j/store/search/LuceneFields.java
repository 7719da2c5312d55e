package org.latent4j.store.search;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.en.EnglishMinimalStemFilter;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.DoubleField;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.LongField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TermRangeQuery;
import org.latent4j.space.Items;
import org.latent4j.space.Metric;
import org.latent4j.store.search.Condition.Comparison;

/**
 * How an item becomes a document, and a condition or a text a query. Names of an item's fields begin with {@code s:} where the value
 * is text or true or false, with {@code n:} where it is a number; a field may be both.
 */
final class LuceneFields {
    static final String ORDINAL = "#ordinal";
    static final String TEXT = "#text";
    static final String VECTOR = "#vector";

    private static final String AS_TEXT = "s:";
    private static final String AS_NUMBER = "n:";
    /** What is compared of a text: more than a condition's value may have, less than a term may have in UTF-8. */
    private static final int COMPARED = 8_000;
    /** Words of a query beyond these aren't looked for. */
    private static final int MOST_WORDS = 512;

    private LuceneFields() {}

    /** Words in small letters without accents, plurals made singular. */
    static Analyzer analyzer() {
        return new Analyzer() {
            @Override
            protected TokenStreamComponents createComponents(String field) {
                Tokenizer words = new StandardTokenizer();
                return new TokenStreamComponents(words, new EnglishMinimalStemFilter(new ASCIIFoldingFilter(new LowerCaseFilter(words))));
            }

            @Override
            protected TokenStream normalize(String field, TokenStream in) {
                return new ASCIIFoldingFilter(new LowerCaseFilter(in));
            }
        };
    }

    static VectorSimilarityFunction similarity(Metric metric) {
        return switch (metric) {
            case COSINE, ANGULAR -> VectorSimilarityFunction.DOT_PRODUCT; // of unit vectors
            case DOT -> VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT;
            case EUCLIDEAN -> VectorSimilarityFunction.EUCLIDEAN;
            case MANHATTAN, HAMMING -> throw new IllegalArgumentException(metric + " has no index");
        };
    }

    /** A vector as it is indexed and asked: of unit length for cosine and angle. */
    static float[] prepared(float[] vector, Metric metric) {
        if (metric != Metric.COSINE && metric != Metric.ANGULAR) {
            return vector;
        }
        double square = 0;
        for (float value : vector) {
            square += (double) value * value;
        }
        float[] unit = vector.clone();
        double length = Math.sqrt(square);
        for (int i = 0; length > 0 && i < unit.length; i++) {
            unit[i] = (float) (unit[i] / length);
        }
        return unit;
    }

    /** What is indexed of an item: its fields, and its vector or, where that is empty, its words. */
    static Document document(Items items, int item, int ordinal, Optional<float[]> vector, Metric metric) {
        Document document = new Document();
        document.add(new LongField(ORDINAL, ordinal, Field.Store.NO));
        Map<String, Object> fields = Where.withName(items, item);
        StringBuilder text = new StringBuilder(items.name(item));
        fields.forEach((name, value) -> {
            if (value instanceof Number number) {
                document.add(new DoubleField(AS_NUMBER + name, number.doubleValue() + 0.0, Field.Store.NO));
            } else {
                String written = value.toString();
                document.add(new StringField(AS_TEXT + name, compared(written), Field.Store.NO));
                if (value instanceof String && !name.equals(Where.NAME)) {
                    text.append('\n').append(written);
                }
            }
        });
        if (vector.isPresent()) {
            document.add(new KnnFloatVectorField(VECTOR, prepared(vector.get(), metric), similarity(metric)));
        } else {
            document.add(new TextField(TEXT, text.toString(), Field.Store.NO));
        }
        return document;
    }

    private static String compared(String text) {
        return text.length() <= COMPARED ? text : text.substring(0, COMPARED);
    }

    /** The fields that some item has. */
    static Set<String> fields(IndexReader reader) {
        Set<String> fields = new HashSet<>();
        for (FieldInfo field : FieldInfos.getMergedFieldInfos(reader)) {
            if (field.name.startsWith(AS_TEXT) || field.name.startsWith(AS_NUMBER)) {
                fields.add(field.name.substring(AS_TEXT.length()));
            }
        }
        return fields;
    }

    static Query query(Condition condition) {
        return switch (condition) {
            case Condition.All(var parts) -> joined(parts.stream().map(LuceneFields::query).toList(), Occur.FILTER);
            case Condition.Any(var parts) -> joined(parts.stream().map(LuceneFields::query).toList(), Occur.SHOULD);
            case Condition.Not(var part) -> new BooleanQuery.Builder()
                    .add(new MatchAllDocsQuery(), Occur.FILTER).add(query(part), Occur.MUST_NOT).build();
            case Comparison comparison -> joined(comparisons(comparison), Occur.SHOULD);
        };
    }

    private static Query joined(List<Query> parts, Occur occur) {
        BooleanQuery.Builder all = new BooleanQuery.Builder();
        parts.forEach(part -> all.add(part, occur));
        return all.build();
    }

    private static List<Query> comparisons(Comparison comparison) {
        List<Query> both = new ArrayList<>();
        String field = AS_TEXT + comparison.field();
        String text = comparison.text();
        both.add(switch (comparison.operator()) {
            case EQUAL -> new TermQuery(new Term(field, text));
            case LESS -> TermRangeQuery.newStringRange(field, null, text, true, false);
            case AT_MOST -> TermRangeQuery.newStringRange(field, null, text, true, true);
            case GREATER -> TermRangeQuery.newStringRange(field, text, null, false, true);
            case AT_LEAST -> TermRangeQuery.newStringRange(field, text, null, true, true);
        });
        if (comparison.number().isPresent()) {
            both.add(numbers(AS_NUMBER + comparison.field(), comparison.operator(), comparison.number().getAsDouble() + 0.0));
        }
        return both;
    }

    private static Query numbers(String field, Condition.Operator operator, double number) {
        double least = Double.NEGATIVE_INFINITY;
        double most = Double.POSITIVE_INFINITY;
        return switch (operator) {
            case EQUAL -> DoubleField.newExactQuery(field, number);
            case LESS -> DoubleField.newRangeQuery(field, least, Math.nextDown(number));
            case AT_MOST -> DoubleField.newRangeQuery(field, least, number);
            case GREATER -> DoubleField.newRangeQuery(field, Math.nextUp(number), most);
            case AT_LEAST -> DoubleField.newRangeQuery(field, number, most);
        };
    }

    /** The documents with some of a text's words. */
    static Query words(Analyzer analyzer, String text) throws IOException {
        Set<String> words = new HashSet<>();
        BooleanQuery.Builder some = new BooleanQuery.Builder();
        try (TokenStream stream = analyzer.tokenStream(TEXT, text)) {
            var term = stream.addAttribute(CharTermAttribute.class);
            stream.reset();
            while (words.size() < MOST_WORDS && stream.incrementToken()) {
                if (words.add(term.toString())) {
                    some.add(new TermQuery(new Term(TEXT, term.toString())), Occur.SHOULD);
                }
            }
        }
        return words.isEmpty() ? new MatchNoDocsQuery() : some.build();
    }
}
