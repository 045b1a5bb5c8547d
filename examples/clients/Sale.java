// One sale in Java (11 or newer, no library): sign in, identify the card, quote, settle, receipt, void.
// TERMINAL_URL and TERMINAL_TOKEN say where and who; arguments: the till's own ticket number, and a bill as JSON.
// Run: java Sale.java TICKET BILL
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

public class Sale {
    static final int ATTEMPTS_MAX = 6;
    static final Duration TIMEOUT = Duration.ofSeconds(30);
    static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    // One request. Where nothing comes back, or "later", the same request goes again under the same key: the terminal
    // settles once, and every repeat gets the answer of the first.
    static String ask(String method, String path, String body, String key) throws InterruptedException {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            Thread.sleep(1000L * attempt);
            try {
                HttpResponse<String> answer = CLIENT.send(request(method, path, body, key), BodyHandlers.ofString());
                if (answer.statusCode() < 400) return answer.body();
                boolean asksForPin = field(answer.body(), "code").equals("pin-needed");
                if (asksForPin || field(answer.body(), "retry").equals("never")) throw new IllegalStateException(answer.body());
            } catch (IOException silence) {
                // It may have been done or not. Only the repeat can tell.
            }
        }
        throw new IllegalStateException("no answer; ask later under the same key " + key);
    }

    static HttpRequest request(String method, String path, String body, String key) {
        HttpRequest.Builder request = HttpRequest.newBuilder()
                .uri(URI.create(System.getenv("TERMINAL_URL").replaceAll("/$", "") + path))
                .timeout(TIMEOUT)
                .header("Authorization", "Bearer " + System.getenv("TERMINAL_TOKEN"))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (body != null) request.header("Content-Type", "application/json");
        if (key != null) request.header("Idempotency-Key", key);
        return request.build();
    }

    // The first text of this name; a till takes its JSON library instead.
    static String field(String json, String name) {
        Matcher found = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(json);
        if (!found.find()) throw new IllegalStateException("no " + name + " in " + json);
        return found.group(1);
    }

    public static void main(String[] arguments) throws Exception {
        String ticket = arguments[0], bill = Files.readString(Path.of(arguments[1]));
        ask("POST", "/v1/sessions", "{\"operator\": \"0001\", \"operator_name\": \"收银员甲\"}", null);
        String person = field(ask("POST", "/v1/identifications", "{\"by\": \"card\"}", null), "id");
        String quote = ask("POST", "/v1/quotes", "{\"identification\": \"" + person + "\", \"bill\": " + bill + "}", null);
        String wish = String.format("{\"quote\": \"%s\", \"hash\": \"%s\", \"till_reference\": \"%s\"}",
                field(quote, "id"), field(quote, "hash"), ticket);
        // A key made of the ticket is the same after a crash of the till too.
        String settled = ask("POST", "/v1/settlements", wish, "sale-" + ticket);
        String number = field(settled, "id");
        System.out.println("settled " + number + ", cash " + field(settled, "cash"));
        System.out.println(ask("GET", "/v1/settlements/" + number + "/receipt", null, null));
        String voided = ask("POST", "/v1/settlements/" + number + "/void", "{\"reason\": \"returned\"}", "void-" + ticket);
        System.out.println("voided by " + field(voided, "id"));
    }
}
