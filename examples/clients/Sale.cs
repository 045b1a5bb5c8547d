// One sale in C# (.NET Framework 4.5 or newer, or Mono): sign in, identify the card, quote, settle, receipt, void.
// TERMINAL_URL and TERMINAL_TOKEN say where and who; arguments: the till's own ticket number, and a bill as JSON.
// Build: csc Sale.cs -r:System.Web.Extensions.dll   (Mono: mcs -r:System.Web.Extensions.dll Sale.cs)
using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Text;
using System.Threading;
using System.Web.Script.Serialization;

class Refused : Exception
{
    public Refused(string message) : base(message) { }
}

static class Sale
{
    const int AttemptsMax = 6;
    const int TimeoutMilliseconds = 30000;
    static readonly JavaScriptSerializer Json = new JavaScriptSerializer();

    // One request. Where nothing comes back, or "later", the same request goes again under the same key: the terminal
    // settles once, and every repeat gets the answer of the first.
    static string Ask(string method, string path, string body, string key = null)
    {
        for (int attempt = 0; attempt < AttemptsMax; attempt++)
        {
            Thread.Sleep(1000 * attempt);
            try
            {
                return AskOnce(method, path, body, key);
            }
            catch (WebException error)
            {
                // Without an answer it may have been done or not. Only the repeat can tell.
                if (error.Response != null) StopUnlessLater(ReadAll(error.Response));
            }
            catch (IOException) { }
        }
        throw new Refused("no answer; ask later under the same key " + key);
    }

    static string AskOnce(string method, string path, string body, string key)
    {
        var url = Environment.GetEnvironmentVariable("TERMINAL_URL").TrimEnd('/') + path;
        var request = (HttpWebRequest)WebRequest.Create(url);
        request.Method = method;
        request.Timeout = request.ReadWriteTimeout = TimeoutMilliseconds;
        request.Proxy = null;
        request.Headers["Authorization"] = "Bearer " + Environment.GetEnvironmentVariable("TERMINAL_TOKEN");
        if (key != null) request.Headers["Idempotency-Key"] = key;
        if (body != null)
        {
            var bytes = Encoding.UTF8.GetBytes(body);
            request.ContentType = "application/json";
            request.ContentLength = bytes.Length;
            using (var stream = request.GetRequestStream()) stream.Write(bytes, 0, bytes.Length);
        }
        using (var answer = request.GetResponse()) return ReadAll(answer);
    }

    static void StopUnlessLater(string answer)
    {
        var problem = Parsed(answer);
        if ((string)problem["retry"] == "never" || (string)problem["code"] == "pin-needed")
            throw new Refused(problem["code"] + " at " + problem["at"] + ": " + problem["detail_zh"]);
    }

    static string ReadAll(WebResponse answer)
    {
        using (var reader = new StreamReader(answer.GetResponseStream(), Encoding.UTF8)) return reader.ReadToEnd();
    }

    static Dictionary<string, object> Parsed(string json)
    {
        return Json.Deserialize<Dictionary<string, object>>(json);
    }

    static void Main(string[] arguments)
    {
        string ticket = arguments[0], bill = File.ReadAllText(arguments[1], Encoding.UTF8);
        Console.OutputEncoding = new UTF8Encoding(false);
        Ask("POST", "/v1/sessions", "{\"operator\": \"0001\", \"operator_name\": \"收银员甲\"}");
        var person = Parsed(Ask("POST", "/v1/identifications", "{\"by\": \"card\"}"));
        // The bill goes as it stands: amounts are texts, and no number of a language may touch them.
        var asked = "{\"identification\": \"" + person["id"] + "\", \"bill\": " + bill + "}";
        var quote = Parsed(Ask("POST", "/v1/quotes", asked));
        var wish = Json.Serialize(new { quote = quote["id"], hash = quote["hash"], till_reference = ticket });
        // A key made of the ticket is the same after a crash of the till too.
        var settled = Parsed(Ask("POST", "/v1/settlements", wish, "sale-" + ticket));
        var split = (Dictionary<string, object>)settled["settlement"];
        Console.WriteLine("settled " + settled["id"] + ", cash " + split["cash"]);
        Console.WriteLine(Ask("GET", "/v1/settlements/" + settled["id"] + "/receipt", null));
        var path = "/v1/settlements/" + settled["id"] + "/void";
        var voided = Parsed(Ask("POST", path, "{\"reason\": \"returned\"}", "void-" + ticket));
        Console.WriteLine("voided by " + voided["id"]);
    }
}
